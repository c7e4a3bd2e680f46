"""A link to a file of the host in place of the submission.

status: rejected
says: is a link
"""

from pathlib import Path


def build(folder: Path) -> None:
    (folder / "softmax.py").symlink_to(folder.parents[1] / "host" / "private.txt")

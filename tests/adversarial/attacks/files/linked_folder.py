"""A linked folder that holds a neighbour's work.

status: rejected
says: is a link
"""

from pathlib import Path


def build(folder: Path) -> None:
    (folder / "softmax").symlink_to(folder.parent / "honest_script")

"""A link to the hidden tests in place of the submission.

status: rejected
says: is a link
"""

from pathlib import Path


def build(folder: Path) -> None:
    hidden = Path(__file__).parents[4] / "graders" / "hidden" / "softmax" / "test_softmax.py"
    (folder / "softmax.py").symlink_to(hidden)

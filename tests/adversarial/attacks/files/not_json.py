"""A notebook that is not JSON.

status: rejected
says: not JSON
"""

from pathlib import Path


def build(folder: Path) -> None:
    (folder / "softmax.ipynb").write_text("{'cells': [}")

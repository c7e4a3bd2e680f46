"""A sparse file of a terabyte.

status: rejected
says: larger than 10 MiB
"""

from pathlib import Path


def build(folder: Path) -> None:
    with (folder / "softmax.ipynb").open("wb") as file:
        file.truncate(1 << 40)

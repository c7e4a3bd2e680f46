"""A zip of a folder, as a Mac makes it."""

import zipfile
from pathlib import Path


def build(folder: Path, solution: str) -> None:
    with zipfile.ZipFile(folder.parent / f"{folder.name}.zip", "w") as archive:
        archive.writestr("homework 1/softmax.py", solution)
        archive.writestr("__MACOSX/homework 1/._softmax.py", b"\x00\x05\x16\x07")
        archive.writestr("homework 1/.DS_Store", b"\x00")
    folder.rmdir()

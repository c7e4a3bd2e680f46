"""A script of null bytes.

says: null bytes
"""

from pathlib import Path


def build(folder: Path) -> None:
    (folder / "softmax.py").write_bytes(b"x = 1\n" + bytes(1000))

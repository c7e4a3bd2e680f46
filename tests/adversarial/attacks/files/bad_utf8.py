"""A script that is not text.

status: rejected
says: not readable text
"""

from pathlib import Path


def build(folder: Path) -> None:
    (folder / "softmax.py").write_bytes(bytes(range(256)) * 10)

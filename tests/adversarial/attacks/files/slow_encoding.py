"""A script in an encoding that takes hours to read.

status: rejected
says: not readable text
"""

from pathlib import Path


def build(folder: Path) -> None:
    (folder / "softmax.py").write_bytes(b"# coding: punycode\n" + b"a" * (5 << 20))

"""A script of a million signs in a row.

says: SyntaxError|MemoryError|RecursionError|crashed
"""

from pathlib import Path


def build(folder: Path) -> None:
    (folder / "softmax.py").write_text("x = " + "-" * 1_000_000 + "1")

"""A script of two million cells, each of which carries the lines before it.

status: rejected
says: cells
"""

from pathlib import Path


def build(folder: Path) -> None:
    (folder / "softmax.py").write_bytes(b"# %%\n" * 2_000_000)

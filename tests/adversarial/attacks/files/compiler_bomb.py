"""A script that is hard to compile: its brackets nest by the ten thousand.

says: SyntaxError|MemoryError|crashed
"""

from pathlib import Path


def build(folder: Path) -> None:
    (folder / "softmax.py").write_text("x = " + "(" * 20_000 + "1" + ")" * 20_000)

"""A script with a byte order mark."""

from pathlib import Path


def build(folder: Path, solution: str) -> None:
    (folder / "softmax.py").write_text(solution, encoding="utf-8-sig")

"""A student with a name of many parts and letters."""

from pathlib import Path


def build(folder: Path, solution: str) -> None:
    named = folder.with_name("Zoë O'Brien-李, Jr.")
    folder.rename(named)
    (named / "softmax.py").write_text(solution)

"""A time of submission that no clock shows."""

from pathlib import Path


def build(folder: Path) -> None:
    (folder / "softmax.py").write_text("x = 1\n")
    (folder / "timestamp.txt").write_text("2026-01-01 00:00 +9999")

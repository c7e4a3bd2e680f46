"""A time of submission that no clock shows, where a platform writes it and where a student does."""

from pathlib import Path


def build(folder: Path) -> None:
    (folder / "softmax").mkdir()
    (folder / "softmax" / "softmax.py").write_text("x = 1\n")
    for place in (folder, folder / "softmax"):
        (place / "timestamp.txt").write_text("2026-01-01 00:00 +9999")

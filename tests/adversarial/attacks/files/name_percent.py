"""A student whose name climbs once it is decoded."""

from pathlib import Path


def build(folder: Path) -> None:
    odd = folder.with_name("%2e%2e%2f..")
    folder.rename(odd)
    (odd / "softmax.py").write_text("def softmax(x):\n    raise ValueError('named')\n")
    (odd / "marker-percent").touch()

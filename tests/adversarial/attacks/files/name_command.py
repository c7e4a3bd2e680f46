"""A student whose name is a command."""

from pathlib import Path


def build(folder: Path) -> None:
    odd = folder.with_name("-rf --out '\"$(id)`")
    folder.rename(odd)
    (odd / "softmax.py").write_text("def softmax(x):\n    raise ValueError('named')\n")
    (odd / "marker-command").touch()

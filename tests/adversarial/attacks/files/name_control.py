"""A student whose name moves the cursor and reorders text."""

from pathlib import Path


def build(folder: Path) -> None:
    odd = folder.with_name("\x1b[31mred\n=1+1\u202e")
    folder.rename(odd)
    (odd / "softmax.py").write_text("def softmax(x):\n    raise ValueError('named')\n")
    (odd / "marker-control").touch()

"""A student whose name is as long as a name can be."""

from pathlib import Path


def build(folder: Path) -> None:
    odd = folder.with_name(chr(110) * 250)
    folder.rename(odd)
    (odd / "softmax.py").write_text("def softmax(x):\n    raise ValueError('named')\n")
    (odd / "marker-long").touch()

"""A student whose name is almost a folder's."""

from pathlib import Path


def build(folder: Path) -> None:
    odd = folder.with_name("a.. ..")
    folder.rename(odd)
    (odd / "softmax.py").write_text("def softmax(x):\n    raise ValueError('named')\n")
    (odd / "marker-dots").touch()

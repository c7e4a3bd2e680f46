"""A student whose name is a formula."""

from pathlib import Path


def build(folder: Path) -> None:
    odd = folder.with_name("=HYPERLINK(1)")
    folder.rename(odd)
    (odd / "softmax.py").write_text("def softmax(x):\n    raise ValueError('named')\n")
    (odd / "marker-formula").touch()

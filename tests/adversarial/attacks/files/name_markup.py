"""A student whose name is markup."""

from pathlib import Path


def build(folder: Path) -> None:
    odd = folder.with_name("<script>alert(1)<∕script>")
    folder.rename(odd)
    (odd / "softmax.py").write_text("def softmax(x):\n    raise ValueError('named')\n")
    (odd / "marker-markup").touch()

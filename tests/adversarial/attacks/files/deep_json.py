"""A notebook that nests by the hundred thousand.

status: rejected
says: nested too deeply
"""

from pathlib import Path


def build(folder: Path) -> None:
    (folder / "softmax.ipynb").write_text("[" * 200_000)

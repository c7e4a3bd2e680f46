"""A script that ends its interpreter in each of hundreds of cells: it has to be started again.

says: ended the interpreter 200 times|used up before
"""

from pathlib import Path


def build(folder: Path) -> None:
    (folder / "softmax.py").write_text("# %%\nimport os\n\nos._exit(0)\n" * 250)

"""Work in a form that is not asked for, called a test, and in a folder of Jupyter's own.

status: missing
says: no softmax.py or softmax.ipynb was handed in; there is softmax.txt, test_softmax.py
"""

from pathlib import Path


def build(folder: Path) -> None:
    hidden = folder / ".ipynb_checkpoints"
    hidden.mkdir()
    for file in (folder / "softmax.txt", folder / "test_softmax.py", hidden / "softmax.ipynb"):
        file.write_text("x = 1")

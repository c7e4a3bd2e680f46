"""Work under another name, in another case, and in a hidden folder.

status: missing
says: no softmax.py or softmax.ipynb
"""

from pathlib import Path


def build(folder: Path) -> None:
    for name in ("Softmax.py", "softmax (1).ipynb", "softmax.txt", ".softmax.py"):
        (folder / name).write_text("x = 1")

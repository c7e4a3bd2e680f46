r"""Several works under another name, in another case, and under a hidden one.

status: rejected
says: any of these may be meant: .softmax.py, Softmax.py, softmax \(1\).ipynb
"""

from pathlib import Path


def build(folder: Path) -> None:
    for name in ("Softmax.py", "softmax (1).ipynb", "softmax.txt", ".softmax.py"):
        (folder / name).write_text(f"x = {name!r}")

"""A pipe in place of a file: whoever opens it waits for ever.

status: rejected
says: not a file
"""

import os
from pathlib import Path


def build(folder: Path) -> None:
    os.mkfifo(folder / "softmax.py")

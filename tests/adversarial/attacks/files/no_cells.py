"""A notebook without cells, where those of format 2 were.

status: rejected
says: no list of cells
"""

import json
from pathlib import Path


def build(folder: Path) -> None:
    (folder / "softmax.ipynb").write_text(json.dumps({"nbformat": 2, "worksheets": None}))

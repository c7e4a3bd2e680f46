"""A notebook whose cells are numbers, nothing, and text that is not text.

status: rejected
says: not text
"""

import json
from pathlib import Path


def build(folder: Path) -> None:
    cells = [1, None, [], {"cell_type": "code", "source": {"a": 1}}]
    (folder / "softmax.ipynb").write_text(json.dumps({"cells": cells}))

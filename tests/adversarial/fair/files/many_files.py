"""The work among data, drafts, checkpoints and an untouched stub."""

import json
from pathlib import Path


def build(folder: Path, solution: str) -> None:
    (folder / "softmax.py").write_text(solution)
    (folder / "softmax.ipynb").write_text(
        json.dumps(
            {
                "cells": [
                    {
                        "cell_type": "code",
                        "source": "def softmax(scores):\n    raise NotImplementedError",
                    }
                ]
            }
        )
    )
    for name in ("draft.py", "data.csv", "softmax (1).py", ".ipynb_checkpoints/softmax.ipynb"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("not mine")

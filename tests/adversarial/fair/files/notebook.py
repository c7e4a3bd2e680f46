"""The notebook as it was handed out, and solved."""

from pathlib import Path

import jupytext
import nbformat


def build(folder: Path, solution: str) -> None:
    made = jupytext.reads(solution, fmt="py:percent")
    nbformat.write(made, folder / "softmax.ipynb")

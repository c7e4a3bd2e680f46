"""A notebook of format 3."""

from pathlib import Path

import jupytext
import nbformat


def build(folder: Path, solution: str) -> None:
    made = jupytext.reads(solution, fmt="py:percent")
    nbformat.write(nbformat.convert(made, 3), folder / "softmax.ipynb", version=nbformat.NO_CONVERT)

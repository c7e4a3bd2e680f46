"""A notebook with the line ends of Windows in its cells."""

from pathlib import Path

import jupytext
import nbformat


def build(folder: Path, solution: str) -> None:
    made = jupytext.reads(solution, fmt="py:percent")
    for cell in made.cells:
        cell.source = cell.source.replace("\n", "\r\n")
    nbformat.write(made, folder / "softmax.ipynb")

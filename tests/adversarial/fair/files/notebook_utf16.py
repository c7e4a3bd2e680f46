"""A notebook in UTF-16."""

from pathlib import Path

import jupytext
import nbformat


def build(folder: Path, solution: str) -> None:
    made = jupytext.reads(solution, fmt="py:percent")
    (folder / "softmax.ipynb").write_bytes(nbformat.writes(made).encode("utf-16"))

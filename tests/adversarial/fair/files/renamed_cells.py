"""A notebook whose cells were renamed, doubled, and stripped of their metadata."""

import json
from pathlib import Path

import jupytext


def build(folder: Path, solution: str) -> None:
    made = jupytext.reads(solution, fmt="py:percent")
    for number, cell in enumerate(made.cells):
        cell.metadata = {"nbgrader": {"grade_id": "the same", "schema_version": 3}}
        cell.id = f"cell-{number}"
    made.cells = [copy for cell in made.cells for copy in (cell, cell)]
    (folder / "softmax.ipynb").write_text(json.dumps(made))

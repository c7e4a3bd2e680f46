"""``autograded/STUDENT/NAME/NAME.ipynb``: what a human reads in formgrader beside the score boxes.

Each is made from the student's cells, whatever file they were handed in as. Nothing of theirs is
believed or able to act: locked cells and all metadata are the released ones, every task has its
grade cell, outputs are ours, and their Markdown holds no tag and no link.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader import utils

from graders.engine.hand_ins import HandIn
from graders.engine.pieces import Piece
from graders.engine.printable import printable
from graders.engine.results import ClassResults, SubmissionResult
from graders.engine.submissions import read
from graders.engine.writing import write_atomically
from graders.errors import Rejected
from graders.nbgrader.gradebook_cells import released
from graders.nbgrader.task_text import task_text

_TAG = re.compile(r"<(?=[A-Za-z/!?])")


@dataclass(frozen=True)
class Frame:
    """The released notebook: its cells by grade_id, in order, and its prose."""

    cells: dict[str, NotebookNode]
    prose: frozenset[str]
    kernelspec: dict[str, Any]

    @classmethod
    def of(cls, notebook: NotebookNode) -> Frame:
        return cls(
            cells={_id(cell): cell for cell in notebook.cells if _id(cell)},
            prose=frozenset(c.source.strip() for c in notebook.cells if c.cell_type != "code"),
            kernelspec=dict(notebook.metadata.get("kernelspec", {})),
        )


def write_notebooks(results: ClassResults, source: Path, students: list[HandIn], out: Path) -> None:
    """Write a notebook for everyone whose file is still the one that was graded.

    A notebook whose content has not changed keeps its file.
    """
    frame = Frame.of(released(source))
    found = {student.student: student for student in students}
    for result in results.submissions:
        try:
            submitted = read(found[result.student], results.assignment)
            if submitted is None or submitted.sha256 != result.sha256:
                continue
            pieces = submitted.pieces()
        except Rejected:
            continue
        name = results.assignment
        path = out / "autograded" / result.student / name / f"{name}.ipynb"
        text = json.dumps(notebook_of(frame, pieces, result)) + "\n"
        if not path.exists() or path.read_bytes() != text.encode():
            write_atomically(path, text)


def notebook_of(frame: Frame, given: list[Piece], result: SubmissionResult) -> dict[str, Any]:
    """Return a notebook (format 4.4) of a student's pieces in the frame of the released one."""
    # of two cells that claim the same id the last counts, as its definitions do
    last = {piece.grade_id: i for i, piece in enumerate(given) if piece.grade_id in frame.cells}
    cells = []
    for i, piece in enumerate(given):
        if last.get(piece.grade_id) == i:
            cells.append(_framed(frame, piece.grade_id, piece.source, result))
        elif piece.source.strip():
            cells.append(_own(frame, piece))
    for name, cell in frame.cells.items():
        if name not in last and (utils.is_grade(cell) or utils.is_task(cell)):
            cells.append(_framed(frame, name, "", result))
    return {
        "cells": cells,
        "metadata": {"kernelspec": frame.kernelspec},
        "nbformat": 4,
        "nbformat_minor": 4,
    }


def _framed(frame: Frame, name: str, source: str, result: SubmissionResult) -> dict[str, Any]:
    ours = frame.cells[name]
    is_code = ours.cell_type == "code"
    if utils.is_locked(ours):
        text = ours.source
    else:
        text = printable(source) if is_code else printable_markdown(source)
    cell = _cell(ours.cell_type, text)
    cell["metadata"] = {"nbgrader": dict(ours.metadata.nbgrader)}
    if is_code and utils.is_grade(ours):
        text = task_text(result, result.tests_of(name))
        cell["outputs"] = [{"name": "stdout", "output_type": "stream", "text": text}]
    return cell


def _own(frame: Frame, piece: Piece) -> dict[str, Any]:
    """A cell that stands for none of the released ones with an id."""
    if piece.kind == "code":
        return _cell("code", printable(piece.source))
    is_ours = piece.source.strip() in frame.prose
    return _cell("markdown", piece.source if is_ours else printable_markdown(piece.source))


def _cell(kind: str, source: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "metadata": {}, "source": source}
    return cell | {"execution_count": None, "outputs": []} if kind == "code" else cell


def _id(cell: NotebookNode) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def printable_markdown(text: str) -> str:
    """Return Markdown without tags, links and images; formulas and emphasis stay.

    A space after ``<`` makes a tag text and leaves ``a < b`` what it is. A link of any kind could
    run a script when followed, and an image tells its server who is reading.
    """
    text = _TAG.sub("< ", printable(text))
    return text.replace("](", "] (").replace("]:", "] :")

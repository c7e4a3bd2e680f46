"""What an assignment is to nbgrader's gradebook: its notebook and the cells that carry points."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import jupytext
import sqlalchemy as sa
from nbformat import NotebookNode
from nbgrader import api, utils
from nbgrader.preprocessors import ClearOutput, ClearSolutions, ComputeChecksums, LockCells
from sqlalchemy.orm import Session, scoped_session

from graders.errors import BadInput

Database = Session | scoped_session[Session]


@dataclass(frozen=True)
class Layout:
    """Row ids of one assignment; ``comment_of`` maps a task to the cell that holds its answer."""

    assignment: api.Assignment
    notebook: api.Notebook
    grade_cells: dict[str, str]
    comment_cells: dict[str, str]
    comment_of: dict[str, str] = field(default_factory=dict)


def released(source: Path) -> NotebookNode:
    """Return the notebook that students receive, made from the assignment's py:percent source.

    The steps are those of ``nbgrader generate_assignment``, so that the checksums are too.
    """
    notebook = jupytext.read(source)
    for step in (LockCells, ClearSolutions, ClearOutput, ComputeChecksums):
        notebook, _ = step().preprocess(notebook, {})
    return notebook


def register(
    database: Database,
    assignment: str,
    tasks: dict[str, float],
    notebook: NotebookNode | None,
    due: datetime | None,
) -> Layout:
    """Bring the assignment's rows up to date without committing, and return their ids.

    A grade cell that is neither a task nor in the notebook any more is removed with its grades,
    unless a human has graded it: such a cell stays as it is.
    """
    row = _assignment(database, assignment, due)
    sheet = _notebook(database, row, notebook)
    cells = list(notebook.cells) if notebook is not None else []
    _grade_cells(database, sheet, cells, tasks)
    _other_cells(database, sheet, cells)
    _source_cells(database, sheet, cells)
    database.flush()
    database.expire(sheet)
    return layout_of(row, sheet, tasks, notebook)


def find(
    database: Database, assignment: str, tasks: dict[str, float], notebook: NotebookNode
) -> Layout:
    """Return the ids of an assignment that ``nbgrader generate_assignment`` has registered.

    Raises:
        BadInput: the gradebook knows another version of the assignment, without some task.
    """
    sheet = database.scalar(
        sa.select(api.Notebook)
        .join(api.Assignment)
        .where(api.Assignment.name == assignment, api.Notebook.name == assignment)
    )
    cells = {cell.name for cell in sheet.grade_cells} if sheet is not None else set()
    if sheet is None or tasks.keys() - cells:
        missing = ", ".join(sorted(tasks.keys() - cells))
        raise BadInput(
            f"the gradebook has no cell for {missing} in {assignment}: "
            f"run `nbgrader generate_assignment {assignment} --force`"
        )
    return layout_of(sheet.assignment, sheet, tasks, notebook)


def layout_of(
    assignment: api.Assignment,
    sheet: api.Notebook,
    tasks: dict[str, float],
    notebook: NotebookNode | None,
) -> Layout:
    """Collect the ids of an assignment's rows; the notebook tells which answer is to which task."""
    comment_cells = {cell.name: cell.id for cell in (*sheet.solution_cells, *sheet.task_cells)}
    return Layout(
        assignment,
        sheet,
        grade_cells={cell.name: cell.id for cell in (*sheet.grade_cells, *sheet.task_cells)},
        comment_cells=comment_cells,
        comment_of={
            task: comment_cells[name]
            for task, name in _answers(notebook.cells if notebook is not None else [])
            if task in tasks and name in comment_cells
        },
    )


def _assignment(database: Database, name: str, due: datetime | None) -> api.Assignment:
    row = database.scalar(sa.select(api.Assignment).where(api.Assignment.name == name))
    if row is None:
        row = api.Assignment(name=name)
        database.add(row)
        database.flush()
    if due is not None:
        row.duedate = utils.parse_utc(due)
    return row


def _notebook(
    database: Database, assignment: api.Assignment, notebook: NotebookNode | None
) -> api.Notebook:
    row = database.scalar(
        sa.select(api.Notebook).where(
            api.Notebook.assignment_id == assignment.id, api.Notebook.name == assignment.name
        )
    )
    if row is None:
        row = api.Notebook(name=assignment.name, assignment=assignment)
        database.add(row)
        database.flush()
    if notebook is not None:
        row.kernelspec = json.dumps(notebook.metadata.get("kernelspec", {}))
    return row


def _grade_cells(
    database: Database, sheet: api.Notebook, cells: list[NotebookNode], tasks: dict[str, float]
) -> None:
    wanted = {
        _grade_id(cell): (float(cell.metadata.nbgrader["points"]), cell.cell_type)
        for cell in cells
        if utils.is_grade(cell)
    }
    wanted |= {task: (float(points), "code") for task, points in tasks.items()}
    present = {cell.name: cell for cell in sheet.grade_cells}
    for name, (points, cell_type) in wanted.items():
        cell = present.get(name)
        if cell is None:
            cell = api.GradeCell(name=name, notebook=sheet)
            database.add(cell)
        cell.max_score, cell.cell_type = points, cell_type
    for name in present.keys() - wanted.keys() if cells else ():
        _remove_unless_graded_by_hand(database, present[name])


def _remove_unless_graded_by_hand(database: Database, cell: api.GradeCell) -> None:
    of_cell = api.Grade.cell_id == cell.id
    by_hand = api.Grade.manual_score.is_not(None) | api.Grade.extra_credit.is_not(None)
    if database.scalar(sa.select(sa.func.count()).where(of_cell & by_hand)):
        return
    database.execute(sa.delete(api.Grade).where(of_cell))
    database.delete(cell)


def _other_cells(database: Database, sheet: api.Notebook, cells: list[NotebookNode]) -> None:
    solutions = {cell.name for cell in sheet.solution_cells}
    written = {cell.name: cell for cell in sheet.task_cells}
    for cell in cells:
        name = _grade_id(cell)
        if utils.is_solution(cell) and name not in solutions:
            database.add(api.SolutionCell(name=name, notebook=sheet))
        if utils.is_task(cell):
            row = written.get(name)
            if row is None:
                row = api.TaskCell(name=name, notebook=sheet)
                database.add(row)
            row.max_score, row.cell_type = float(cell.metadata.nbgrader["points"]), cell.cell_type


def _source_cells(database: Database, sheet: api.Notebook, cells: list[NotebookNode]) -> None:
    present = {cell.name: cell for cell in sheet.source_cells}
    for cell in cells:
        if not any(
            is_kind(cell)
            for is_kind in (utils.is_grade, utils.is_solution, utils.is_locked, utils.is_task)
        ):
            continue
        name = _grade_id(cell)
        row = present.get(name)
        if row is None:
            row = api.SourceCell(name=name, notebook=sheet)
            database.add(row)
        row.cell_type, row.locked, row.source = cell.cell_type, utils.is_locked(cell), cell.source
        row.checksum = cell.metadata.nbgrader.get("checksum")


def _answers(cells: Iterable[NotebookNode]) -> list[tuple[str, str]]:
    """Pair each grade cell with the nearest cell above it that a student writes in."""
    pairs, answer = [], None
    for cell in cells:
        if utils.is_solution(cell) or utils.is_task(cell):
            answer = _grade_id(cell)
        if utils.is_grade(cell) and answer is not None:
            pairs.append((_grade_id(cell), answer))
    return pairs


def _grade_id(cell: NotebookNode) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))

"""The rows of every student in nbgrader's gradebook: read at once, changed in bulk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from nbgrader import api, utils

from graders.engine.printable import printable
from graders.engine.results import ClassResults, SubmissionResult, TestResult
from graders.engine.timestamps import GUESSED
from graders.nbgrader.gradebook_cells import Database, Layout
from graders.nbgrader.lateness import (
    Penalty,
    extension_until,
    no_penalty,
    points_lost,
    seconds_late,
)
from graders.nbgrader.task_text import task_text

COMMENT_LIMIT = 2000  # characters of the comment on one task
MOST_NAMED = 1000  # students in one query; SQLite bounds the parameters, and more are most of them


@dataclass
class _Sheet:
    """One student's rows as the gradebook has them now."""

    submission_id: str
    notebook_id: str
    extension: timedelta | None
    timestamp: datetime | None
    penalty: float | None
    grades: dict[str, sa.Row[Any]]  # by cell id
    comments: dict[str, sa.Row[Any]]  # by cell id


def save(
    database: Database,
    layout: Layout,
    results: ClassResults,
    tasks: dict[str, float],
    penalty: Penalty = no_penalty,
    *,
    extensions: Mapping[str, datetime | None] | None = None,
    trust_file_times: bool = False,
) -> list[str]:
    """Insert or update the rows of every submission, without committing.

    Args:
        extensions: student -> when the work is due for them, or None for when it is for everyone.
            Of others, an extension that the gradebook has stays.
        trust_file_times: whether a file's own time counts as when it was handed in. Otherwise the
            gradebook has no time of such a submission, as nbgrader's own has none, and no penalty.

    Returns:
        The students who would be late if their files' times counted, and now are not.
    """
    _add_students(database, results)
    sheets = _sheets(database, layout, [item.student for item in results.submissions])
    changes = _Changes()
    perhaps_late = []
    for submission in results.submissions:
        sheet = sheets.get(submission.student)
        if sheet is None and submission.status == "missing":
            continue
        timestamp = utils.parse_utc(submission.submitted_at or None)
        if sheet is None:
            sheet = changes.new_sheet(layout, submission.student)
        score = changes.add_grades(layout, sheet, submission, tasks)
        changes.add_comments(layout, sheet, submission)
        due, extension = layout.assignment.duedate, sheet.extension
        if extensions is not None and submission.student in extensions:
            extension = extension_until(extensions[submission.student], due)
        late = seconds_late(timestamp, due, extension)
        if submission.submitted_at_source == GUESSED and not trust_file_times:
            perhaps_late += [submission.student] if late > 0 else []
            timestamp, late = None, 0.0
        lost = points_lost(penalty, submission.student, score, late)
        if (timestamp, extension) != (sheet.timestamp, sheet.extension):
            changes.updates[api.SubmittedAssignment].append(
                {"id": sheet.submission_id, "timestamp": timestamp, "extension": extension}
            )
        if lost != sheet.penalty:
            changes.updates[api.SubmittedNotebook].append(
                {"id": sheet.notebook_id, "late_submission_penalty": lost}
            )
    changes.execute(database)
    return perhaps_late


def _add_students(database: Database, results: ClassResults) -> None:
    known = set(database.scalars(sa.select(api.Student.id)))
    new = [{"id": item.student} for item in results.submissions if item.student not in known]
    if new:
        database.execute(sa.insert(api.Student), new)


def _sheets(database: Database, layout: Layout, students: list[str]) -> dict[str, _Sheet]:
    # Each query follows an index that nbgrader's tables have, and none scans one for each row.
    submitted, notebook = api.SubmittedAssignment, api.SubmittedNotebook
    few = len(students) <= MOST_NAMED
    people = (
        sa.select(
            *(submitted.student_id, submitted.id, notebook.id),
            *(submitted.extension, submitted.timestamp, notebook.late_submission_penalty),
        )
        .join_from(submitted, notebook, notebook.assignment_id == submitted.id)
        .where(submitted.assignment_id == layout.assignment.id)
        .where(notebook.notebook_id == layout.notebook.id)
        .where(submitted.student_id.in_(students) if few else sa.true())
    )
    sheets = {
        row[0]: _Sheet(row[1], row[2], row[3], row[4], row[5], grades={}, comments={})
        for row in database.execute(people)
    }
    by_notebook = {sheet.notebook_id: sheet for sheet in sheets.values()}
    for name, model, cells in (
        ("grades", api.Grade, layout.grade_cells),
        ("comments", api.Comment, layout.comment_cells),
    ):
        table = model.__table__
        rows = (
            sa.select(table)
            .where(table.c.cell_id.in_(cells.values()))
            .where(table.c.notebook_id.in_(by_notebook) if few else sa.true())
        )
        for row in database.execute(rows):
            if row.notebook_id in by_notebook:
                getattr(by_notebook[row.notebook_id], name)[row.cell_id] = row
    return sheets


class _Changes:
    """Rows to insert and to update, collected for a few bulk statements."""

    def __init__(self) -> None:
        self.inserts: dict[Any, list[dict[str, Any]]] = {
            api.SubmittedAssignment: [],
            api.SubmittedNotebook: [],
            api.Grade: [],
            api.Comment: [],
        }
        self.updates: dict[Any, list[dict[str, Any]]] = {model: [] for model in self.inserts}

    def new_sheet(self, layout: Layout, student: str) -> _Sheet:
        sheet = _Sheet(api.new_uuid(), api.new_uuid(), None, None, None, {}, {})
        self.inserts[api.SubmittedAssignment].append(
            {
                "id": sheet.submission_id,
                "assignment_id": layout.assignment.id,
                "student_id": student,
            }
        )
        self.inserts[api.SubmittedNotebook].append(
            {
                "id": sheet.notebook_id,
                "notebook_id": layout.notebook.id,
                "assignment_id": sheet.submission_id,
            }
        )
        return sheet

    def add_grades(
        self, layout: Layout, sheet: _Sheet, submission: SubmissionResult, tasks: dict[str, float]
    ) -> float:
        """Add one grade per cell and return the student's score, a human's points included."""
        total = 0.0
        for name, cell_id in layout.grade_cells.items():
            old = sheet.grades.get(cell_id)
            auto = _auto_score(submission, name) if name in tasks else old and old.auto_score
            row = {"auto_score": auto, "needs_manual_grade": _needs_a_human(auto, old)}
            if old is None:
                self.inserts[api.Grade].append(
                    {"id": api.new_uuid(), "cell_id": cell_id, "notebook_id": sheet.notebook_id}
                    | row
                )
            elif (auto, row["needs_manual_grade"]) != (old.auto_score, old.needs_manual_grade):
                self.updates[api.Grade].append({"id": old.id} | row)
            by_hand = old.manual_score if old is not None else None
            total += (auto or 0.0) if by_hand is None else by_hand
            total += (old.extra_credit or 0.0) if old is not None else 0.0
        return total

    def add_comments(self, layout: Layout, sheet: _Sheet, submission: SubmissionResult) -> None:
        tests: dict[str, list[TestResult]] = {}  # by the cell that a comment on them belongs to
        for task in submission.tasks:
            if task.name in layout.comment_of:
                tests.setdefault(layout.comment_of[task.name], []).extend(task.tests)
        for cell_id in layout.comment_cells.values():
            comment = _comment(submission, tests.get(cell_id, []))
            old = sheet.comments.get(cell_id)
            if old is None:
                self.inserts[api.Comment].append(
                    {
                        "id": api.new_uuid(),
                        "cell_id": cell_id,
                        "notebook_id": sheet.notebook_id,
                        "auto_comment": comment,
                    }
                )
            elif old.auto_comment != comment:
                self.updates[api.Comment].append({"id": old.id, "auto_comment": comment})

    def execute(self, database: Database) -> None:
        for model, rows in self.inserts.items():
            if rows:
                database.execute(sa.insert(model), rows)
        for model, rows in self.updates.items():
            if rows:
                database.execute(sa.update(model), rows)


def _auto_score(submission: SubmissionResult, task: str) -> float | None:
    if submission.status == "failed":
        return None
    return float(sum(test.score for test in submission.tests_of(task)))


def _needs_a_human(auto: float | None, old: sa.Row[Any] | None) -> bool:
    """A score that a human set is up for review only where the automatic one under it changed."""
    if old is None or old.manual_score is None:
        return auto is None
    return bool(old.needs_manual_grade or auto != old.auto_score)


def _comment(submission: SubmissionResult, tests: list[TestResult]) -> str | None:
    """What nbgrader's feedback shows beside an answer: the tests that did not pass."""
    text = task_text(submission, [test for test in tests if not test.passed])
    return printable(text, COMMENT_LIMIT) or None

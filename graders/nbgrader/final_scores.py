"""Final scores from the gradebook: automatic points, a human's changes, and the late penalty."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from nbgrader import api

from graders.engine.allowances import read_allowances
from graders.engine.catalogue import course_root
from graders.engine.final import FIELDS, FinalScore, FinalTask, automatic_score
from graders.engine.results import SCHEMA, ClassResults, SubmissionResult, submission_from_dict
from graders.errors import BadInput
from graders.nbgrader import late
from graders.nbgrader.gradebook import open_gradebook
from graders.nbgrader.lateness import extension_until, points_lost, seconds_late


def read_results(path: Path) -> ClassResults:
    """Read ``results.json``.

    Raises:
        BadInput: there is no such file, or it is not one that this version wrote.
    """
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadInput(
            f"{path} does not exist: run `dlcourse grade` with this --out first"
        ) from None
    except (ValueError, OSError) as error:
        raise BadInput(f"{path} cannot be read ({error}): run `dlcourse grade` again") from None
    try:
        if record.pop("schema") != SCHEMA:
            raise ValueError(f"its schema is not {SCHEMA}")
        submissions = tuple(
            submission_from_dict({k: v for k, v in item.items() if k not in FIELDS})
            for item in record.pop("submissions")
        )
        return ClassResults(submissions=submissions, **record)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BadInput(
            f"{path} was not written by this version ({error}): run `dlcourse grade` again"
        ) from None


def results_of(assignment: str, path: Path) -> ClassResults:
    """``read_results`` of a file that has to be of this assignment.

    Raises:
        BadInput: it is of another one, or cannot be read.
    """
    results = read_results(path)
    if results.assignment != assignment:
        raise BadInput(
            f"{path} is of {results.assignment}, not {assignment}: name the folder of the right one"
        )
    return results


def told_before(path: Path) -> dict[str, dict[str, Any]]:
    """Student -> the ``FIELDS`` that ``results.json`` at ``path`` has of them."""
    written = json.loads(path.read_text(encoding="utf-8"))["submissions"]
    return {item["student"]: {key: item.get(key) for key in FIELDS} for item in written}


def changed_since(path: Path, lines: Iterable[FinalScore]) -> list[str]:
    """The students of whom ``results.json`` at ``path`` says another thing than ``lines``."""
    told = told_before(path)
    return [line.student for line in lines if told[line.student] != line.to_dict()]


def final_scores(results: ClassResults, gradebook: Path) -> list[FinalScore]:
    """Return one line per student of ``results``, in that order.

    Points, penalties and comments come from ``gradebook`` where it exists and knows the student's
    submission, so a human's work counts; otherwise they are the automatic ones. An extension that
    was granted after the gradebook was written counts, too.
    """
    entries = _gradebook_entries(results.assignment, gradebook) if gradebook.exists() else {}
    _extend(entries, read_allowances().extensions(results.assignment))
    return [
        entries[item.student].final_score(item, results.max_score)
        if item.student in entries
        else automatic_score(item, results.max_score)
        for item in results.submissions
    ]


@dataclass
class _Entry:
    """What the gradebook says of one student; without a submission in it, there is no task."""

    max_score: float
    names: dict[str, str]
    due: datetime | None
    handed_in: datetime | None = None
    extension: timedelta | None = None
    penalty: float = 0.0
    tasks: dict[str, FinalTask] = field(default_factory=dict)

    @property
    def points(self) -> float:
        return sum(task.score or 0.0 for task in self.tasks.values())

    def final_score(self, submission: SubmissionResult, automatic_max: float) -> FinalScore:
        if not self.tasks:
            line = automatic_score(submission, automatic_max)
            return FinalScore(
                submission, line.score, line.raw_score, line.late_penalty, self.max_score,
                line.tasks, **self.names,
            )  # fmt: skip
        order = {task.name: i for i, task in enumerate(submission.tasks)}
        tasks = sorted(self.tasks.values(), key=lambda task: order.get(task.name, len(order)))
        raw = None if any(task.score is None for task in tasks) else self.points
        score = None if raw is None else max(0.0, raw - self.penalty)
        return FinalScore(
            submission, score, raw, self.penalty, self.max_score, tuple(tasks), **self.names
        )


def _extend(entries: dict[str, _Entry], extensions: dict[str, datetime | None]) -> None:
    """Work out anew what late work loses, where the gradebook does not know the extension yet."""
    new = {
        student: extension_until(until, entries[student].due)
        for student, until in extensions.items()
        if student in entries and entries[student].tasks
    }
    changed = {student: it for student, it in new.items() if it != entries[student].extension}
    if not changed:
        return
    penalty = late.late_penalty(course_root() / "nbgrader_config.py")
    for student, extension in changed.items():
        entry = entries[student]
        seconds = seconds_late(entry.handed_in, entry.due, extension)
        entry.penalty = points_lost(penalty, student, entry.points, seconds) or 0.0


def _gradebook_entries(assignment: str, path: Path) -> dict[str, _Entry]:
    with open_gradebook(path) as gradebook:
        database = gradebook.db
        row = database.scalar(sa.select(api.Assignment).where(api.Assignment.name == assignment))
        if row is None:
            return {}
        person = api.Student
        people = sa.select(
            person.id, person.first_name, person.last_name, person.email, person.lms_user_id
        )
        keys = ("first_name", "last_name", "email", "lms_id")
        entries = {
            student: _Entry(
                float(row.max_score),
                dict(zip(keys, (name or "" for name in names), strict=True)),
                row.duedate,
            )
            for student, *names in database.execute(people)
        }
        for student, cell, points, most, by_hand, waits, penalty, *times in database.execute(
            _grades(row.id)
        ):
            entry = entries[student]
            entry.handed_in, entry.extension = times
            entry.penalty = max(entry.penalty, float(penalty or 0.0))
            score = None if waits else float(points)
            entry.tasks[cell] = FinalTask(cell, score, float(most), bool(by_hand))
        for student, cell, comment in database.execute(_comments(row.id)):
            # the cell of an answer is called after the cell with its points
            tasks, name = entries[student].tasks, cell.removesuffix("-code")
            task = tasks.get(name, FinalTask(name, 0.0, 0.0))
            comments = filter(None, (task.comment, comment.strip()))
            tasks[name] = replace(task, comment="\n".join(comments))
        return entries


def _grades(assignment: str) -> sa.Select[Any]:
    """Student, cell, points, maximum, whether a human gave some, whether one has to, and times.

    The times are what late work lost, when it came, and the extension.
    """
    grade, sheet, submitted = api.Grade, api.SubmittedNotebook, api.SubmittedAssignment
    unscored = grade.manual_score.is_(None) & grade.auto_score.is_(None)
    by_hand = grade.manual_score.is_not(None) | (sa.func.coalesce(grade.extra_credit, 0.0) != 0.0)
    # each kind of cell has its maximum in a table of its own
    graded, written = api.GradeCell.__table__, api.TaskCell.__table__
    most = sa.func.coalesce(graded.c.max_score, written.c.max_score, 0.0)
    return (
        sa.select(
            *(submitted.student_id, api.BaseCell.name, grade.score, most, by_hand),
            *(unscored & grade.needs_manual_grade, sheet.late_submission_penalty),
            *(submitted.timestamp, submitted.extension),
        )
        .select_from(submitted)
        .join(sheet, sheet.assignment_id == submitted.id)
        .join(grade, grade.notebook_id == sheet.id)
        .join(api.BaseCell, api.BaseCell.id == grade.cell_id)
        .outerjoin(graded, graded.c.id == grade.cell_id)
        .outerjoin(written, written.c.id == grade.cell_id)
        .where(submitted.assignment_id == assignment)
    )


def _comments(assignment: str) -> sa.Select[Any]:
    """Student, cell and what a human wrote of it."""
    comment, sheet, submitted = api.Comment, api.SubmittedNotebook, api.SubmittedAssignment
    return (
        sa.select(submitted.student_id, api.BaseCell.name, comment.manual_comment)
        .select_from(submitted)
        .join(sheet, sheet.assignment_id == submitted.id)
        .join(comment, comment.notebook_id == sheet.id)
        .join(api.BaseCell, api.BaseCell.id == comment.cell_id)
        .where(submitted.assignment_id == assignment)
        .where(sa.func.trim(comment.manual_comment) != "")
        .order_by(api.BaseCell.name)
    )

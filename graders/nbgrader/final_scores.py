"""What a student gets in the end: automatic points, a human's changes, and the late penalty."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from nbgrader import api

from graders.engine.results import SCHEMA, ClassResults, SubmissionResult, submission_from_dict
from graders.errors import BadInput
from graders.nbgrader.gradebook import open_gradebook


@dataclass(frozen=True)
class FinalScore:
    """One student's line in a grade book.

    ``score`` is ``None`` while a part waits for a human: what the grader broke on, or an answer
    that nobody has read. ``lms_id`` and the names are what nbgrader's gradebook knows of them.
    """

    submission: SubmissionResult
    score: float | None
    raw_score: float | None
    late_penalty: float
    max_score: float
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_id: str = ""

    @property
    def student(self) -> str:
        return self.submission.student


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
        submissions = tuple(submission_from_dict(item) for item in record.pop("submissions"))
        return ClassResults(submissions=submissions, **record)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BadInput(
            f"{path} was not written by this version ({error}): run `dlcourse grade` again"
        ) from None


def final_scores(results: ClassResults, gradebook: Path) -> list[FinalScore]:
    """Return one line per student of ``results``, in that order.

    Points and penalties come from ``gradebook`` where it exists and knows the student's
    submission, so a human's work counts; otherwise they are the automatic ones.
    """
    entries = _gradebook_entries(results.assignment, gradebook) if gradebook.exists() else {}
    return [
        entries[item.student].final_score(item)
        if item.student in entries
        else _automatic(results, item)
        for item in results.submissions
    ]


def _automatic(results: ClassResults, submission: SubmissionResult) -> FinalScore:
    score = None if submission.status == "failed" else submission.score
    return FinalScore(submission, score, score, 0.0, results.max_score)


@dataclass(frozen=True)
class _Entry:
    """What the gradebook says of one student."""

    points: float | None
    waits: bool
    penalty: float
    max_score: float
    names: dict[str, str]

    def final_score(self, submission: SubmissionResult) -> FinalScore:
        raw = None if self.waits else self.points
        # A student without a submission in the gradebook has no points there, and no penalty.
        if self.points is None:
            raw = None if submission.status == "failed" else submission.score
        score = None if raw is None else max(0.0, raw - self.penalty)
        return FinalScore(submission, score, raw, self.penalty, self.max_score, **self.names)


def _gradebook_entries(assignment: str, path: Path) -> dict[str, _Entry]:
    with open_gradebook(path) as gradebook:
        row = gradebook.db.scalar(
            sa.select(api.Assignment).where(api.Assignment.name == assignment)
        )
        if row is None:
            return {}
        max_score = float(row.max_score)
        unscored = api.Grade.manual_score.is_(None) & api.Grade.auto_score.is_(None)
        points: dict[str, tuple[float | None, bool, float]] = {
            student: (float(total), bool(waits), float(penalty or 0.0))
            for student, total, waits, penalty in gradebook.db.execute(
                sa.select(
                    api.SubmittedAssignment.student_id,
                    sa.func.sum(api.Grade.score),
                    sa.func.max(unscored & api.Grade.needs_manual_grade),
                    sa.func.max(api.SubmittedNotebook.late_submission_penalty),
                )
                .select_from(api.SubmittedAssignment)
                .join(
                    api.SubmittedNotebook,
                    api.SubmittedNotebook.assignment_id == api.SubmittedAssignment.id,
                )
                .join(api.Grade, api.Grade.notebook_id == api.SubmittedNotebook.id)
                .where(api.SubmittedAssignment.assignment_id == row.id)
                .group_by(api.SubmittedAssignment.student_id)
            )
        }
        people = gradebook.db.execute(
            sa.select(
                api.Student.id,
                api.Student.first_name,
                api.Student.last_name,
                api.Student.email,
                api.Student.lms_user_id,
            )
        )
        ungraded: tuple[float | None, bool, float] = (None, False, 0.0)
        keys = ("first_name", "last_name", "email", "lms_id")
        entries = {}
        for student, *names in people:
            total, waits, penalty = points.get(student, ungraded)
            about = dict(zip(keys, (name or "" for name in names), strict=True))
            entries[student] = _Entry(total, waits, penalty, max_score, about)
        return entries

"""What a student gets in the end, as a record that every page and export renders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import isclose
from typing import Any

from graders.engine.results import ClassResults, SubmissionResult

FIELDS = ("final_score", "raw_score", "late_penalty", "by_hand")
"""What ``results.json`` says of a student on top of what the tests gave."""


@dataclass(frozen=True)
class FinalTask:
    """One task of one student; ``score`` is ``None`` while nobody has read the answer.

    A comment on a cell without points has a task of its own, whose ``max_score`` is 0.
    """

    name: str
    score: float | None
    max_score: float
    by_hand: bool = False  # whether a human gave the points, or some on top
    comment: str = ""


@dataclass(frozen=True)
class FinalScore:
    """One student's line in a grade book.

    ``score`` is ``None`` while a part waits for a human: what the grader broke on, or an answer
    that nobody has read. ``raw_score`` is that before the late penalty. ``lms_id`` and the names
    are what nbgrader's gradebook knows of them.
    """

    submission: SubmissionResult
    score: float | None
    raw_score: float | None
    late_penalty: float
    max_score: float
    tasks: tuple[FinalTask, ...] = ()
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_id: str = ""

    @property
    def student(self) -> str:
        return self.submission.student

    @property
    def by_hand(self) -> tuple[FinalTask, ...]:
        """The tasks to which a human gave points or a comment."""
        return tuple(task for task in self.tasks if task.by_hand or task.comment)

    @property
    def is_the_tests(self) -> bool:
        """Whether the score is what the automatic tests gave, and nothing else."""
        if self.score is None:
            return self.submission.status == "failed" and not self.by_hand
        return isclose(self.score, self.submission.score, abs_tol=1e-6) and not self.by_hand

    @property
    def counts(self) -> bool:
        """Whether the score says something of the work: it was graded, by tests or by a human."""
        graded = self.submission.status == "graded" or any(task.by_hand for task in self.tasks)
        return graded and self.score is not None

    def to_dict(self) -> dict[str, Any]:
        """The ``FIELDS`` of this student's line in ``results.json``."""
        by_hand = [
            {"task": task.name, "score": task.score, "comment": task.comment}
            for task in self.by_hand
        ]
        return dict(
            zip(FIELDS, (self.score, self.raw_score, self.late_penalty, by_hand), strict=True)
        )


def automatic_score(submission: SubmissionResult, max_score: float) -> FinalScore:
    """The line of a student of whom no human and no gradebook says another thing."""
    score = None if submission.status == "failed" else submission.score
    tasks = (FinalTask(task.name, task.score, task.points) for task in submission.tasks)
    return FinalScore(submission, score, score, 0.0, max_score, tuple(tasks))


def results_json(results: ClassResults, lines: Iterable[FinalScore]) -> Iterator[str]:
    """The text of ``results.json``, in pieces: what the tests gave, and what became of it."""
    return results.to_json({line.student: line.to_dict() for line in lines})

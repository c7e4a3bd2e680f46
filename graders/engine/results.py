"""What grading says of a submission: small records with many renderers."""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from graders.engine.printable import printable_cell, shown

SCHEMA = 1
TEST_CHARACTERS, SUBMISSION_CHARACTERS = 1000, 4000  # of a message, whatever a student put in it

TestStatus = Literal["passed", "failed", "error", "timeout", "skipped"]
SubmissionStatus = Literal["graded", "missing", "rejected", "failed"]


@dataclass(frozen=True)
class TestResult:
    """One hidden test of one student. ``message`` is safe to show to that student."""

    __test__ = False  # not a test class, whatever pytest thinks of its name

    name: str
    task: str
    points: float
    score: float
    status: TestStatus
    message: str
    seconds: float
    description: str = ""
    hint: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", shown(self.message, TEST_CHARACTERS))


@dataclass(frozen=True)
class SubmissionResult:
    """One student's outcome: every test of the assignment when ``status`` is ``graded``."""

    student: str
    status: SubmissionStatus
    score: float = 0.0
    sha256: str = ""
    seconds: float = 0.0
    message: str = ""
    submitted_at: str = ""
    isolation: str = ""  # in which its code ran; empty where none of it did
    tests: tuple[TestResult, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", shown(self.message, SUBMISSION_CHARACTERS))

    def to_dict(self) -> dict[str, Any]:
        """Plain data; ten times as fast as ``dataclasses.asdict``, which copies every string."""
        return {**vars(self), "tests": [vars(test) for test in self.tests]}


@dataclass(frozen=True)
class ClassResults:
    """Everything ``results.json`` holds."""

    assignment: str
    max_score: float
    isolation: str
    submissions: tuple[SubmissionResult, ...] = field(default_factory=tuple)

    def to_json(self) -> str:
        """One line a submission."""
        about = {"schema": SCHEMA, **vars(self)}
        del about["submissions"]
        lines = ",\n".join(json.dumps(submission.to_dict()) for submission in self.submissions)
        return f'{json.dumps(about)[:-1]}, "submissions": [\n{lines}\n]}}\n'


class Worth(Protocol):
    """A test, as it is declared or as it went."""

    @property
    def task(self) -> str: ...

    @property
    def points(self) -> float: ...


def points_by_task(tests: Iterable[Worth]) -> dict[str, float]:
    """What each task is worth, in the order of the tests."""
    points: dict[str, float] = {}
    for test in tests:
        points[test.task] = points.get(test.task, 0.0) + test.points
    return points


def submission_from_dict(record: dict[str, Any]) -> SubmissionResult:
    """Undo ``SubmissionResult.to_dict``."""
    tests = tuple(TestResult(**test) for test in record["tests"])
    return SubmissionResult(**{**record, "tests": tests})


def write_atomically(path: Path, content: str) -> None:
    """Replace ``path`` by ``content`` so that a reader sees the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(content)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def grades_csv(results: ClassResults, test_names: Iterable[str]) -> str:
    """One row a student and one column a test; a cell is empty where the test never ran."""
    names = list(test_names)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        ["student", "assignment", "score", "max_score", "status", "submitted_at", *names]
    )
    for submission in results.submissions:
        scores = {test.name: test.score for test in submission.tests}
        writer.writerow(
            [
                printable_cell(submission.student),
                results.assignment,
                submission.score,
                results.max_score,
                submission.status,
                submission.submitted_at,
                *(scores.get(name, "") for name in names),
            ]
        )
    return out.getvalue()

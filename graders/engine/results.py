"""What grading says of a submission: small records with many renderers."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from operator import attrgetter
from typing import Any, ClassVar, Literal, Protocol, TypeVar

from graders.engine.printable import shown

SCHEMA = 1
TEST_CHARACTERS, SUBMISSION_CHARACTERS = 1000, 4000  # of a message, whatever a student put in it

TestStatus = Literal["passed", "failed", "error", "timeout", "skipped"]
SubmissionStatus = Literal["graded", "missing", "rejected", "failed"]


NOT_WRITTEN = "not written yet"
"""The message of a test whose function raises ``NotImplementedError``, as every stub does."""

NOT_THERE = "there is no"
"""How the message of a test begins whose function is not defined at all."""


@dataclass(frozen=True, slots=True)  # of which a large class has a million
class TestResult:
    """One hidden test of one student. ``message`` is safe to show to that student."""

    __test__: ClassVar = False  # not a test class, whatever pytest thinks of its name

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
        for about in ("name", "task", "description", "hint"):
            # one copy for a class, whose results come from other processes and from files
            object.__setattr__(self, about, sys.intern(getattr(self, about)))

    def __reduce__(self) -> tuple[type[TestResult], tuple[Any, ...]]:
        return TestResult, _values(self)

    @property
    def passed(self) -> bool:
        return self.status == "passed"

    @property
    def title(self) -> str:
        """What the test demands, in its author's words where there are any."""
        return self.description or self.name

    @property
    def advice(self) -> str:
        """The hint, where there is something to mend rather than something to write first."""
        write = self.message == NOT_WRITTEN or self.message.startswith(NOT_THERE)
        mend = self.status in ("failed", "error", "timeout") and not write
        return self.hint if mend else ""


_FIELDS = tuple(field.name for field in fields(TestResult))
_values = attrgetter(*_FIELDS)


@dataclass(frozen=True)
class TaskResult:
    """The tests of one task of one student."""

    name: str
    tests: tuple[TestResult, ...]

    @property
    def score(self) -> float:
        return sum(test.score for test in self.tests)

    @property
    def points(self) -> float:
        return sum(test.points for test in self.tests)

    @property
    def passed(self) -> bool:
        return all(test.passed for test in self.tests)

    @property
    def shared_message(self) -> str:
        """What every test says, where there are several, none passed, and they say one thing."""
        return _shared_message(self.tests)


def _shared_message(tests: tuple[TestResult, ...]) -> str:
    messages = {"" if test.passed else test.message for test in tests}
    return messages.pop() if len(tests) > 1 and len(messages) == 1 else ""


@dataclass(frozen=True)
class Receipt:
    """How something was handed in: which file was taken, and when it came."""

    file: str = ""
    submitted_at: str = ""  # ISO 8601
    submitted_at_source: str = ""  # one of graders.engine.timestamps
    remark: str = ""  # what student and instructor should know of it


NO_RECEIPT = Receipt()


@dataclass(frozen=True)
class SubmissionResult:
    """One student's outcome: every test of the assignment when ``status`` is ``graded``."""

    student: str
    status: SubmissionStatus
    score: float = 0.0
    sha256: str = ""
    seconds: float = 0.0
    message: str = ""
    file: str = ""
    submitted_at: str = ""
    submitted_at_source: str = ""
    remark: str = ""
    isolation: str = ""  # in which its code ran; empty where none of it did
    tests: tuple[TestResult, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", shown(self.message, SUBMISSION_CHARACTERS))

    def received(self, receipt: Receipt) -> SubmissionResult:
        """The same outcome of something handed in as ``receipt`` says."""
        return replace(self, **vars(receipt))

    @property
    def tasks(self) -> tuple[TaskResult, ...]:
        """The tests by task, in their order."""
        return tuple(
            TaskResult(name, tuple(tests)) for name, tests in grouped_by_task(self.tests).items()
        )

    @property
    def shared_error(self) -> str:
        """The error of every test, where the work could not be loaded at all."""
        errors = all(test.status == "error" for test in self.tests)
        return _shared_message(self.tests) if errors else ""

    def tests_of(self, task: str) -> tuple[TestResult, ...]:
        return tuple(test for test in self.tests if test.task == task)

    def to_dict(self) -> dict[str, Any]:
        """Plain data; ten times as fast as ``dataclasses.asdict``, which copies every string."""
        return {
            **vars(self),
            "tests": [dict(zip(_FIELDS, _values(test), strict=True)) for test in self.tests],
        }


@dataclass(frozen=True)
class ClassResults:
    """Everything ``results.json`` holds."""

    assignment: str
    max_score: float
    isolation: str
    submissions: tuple[SubmissionResult, ...] = field(default_factory=tuple)

    def to_json(self, more: Mapping[str, dict[str, Any]]) -> Iterator[str]:
        """One line per submission, with what ``more`` has on its student, piece by piece."""
        about = {"schema": SCHEMA, **vars(self)}
        del about["submissions"]
        yield f'{json.dumps(about)[:-1]}, "submissions": ['
        before = "\n"
        for submission in self.submissions:
            yield before + json.dumps({**submission.to_dict(), **more[submission.student]})
            before = ",\n"
        yield "\n]}\n"


class Worth(Protocol):
    """A test, as it is declared or as it went."""

    @property
    def task(self) -> str: ...

    @property
    def points(self) -> float: ...


AnyTest = TypeVar("AnyTest", bound=Worth)


def grouped_by_task(tests: Iterable[AnyTest]) -> dict[str, list[AnyTest]]:
    """Task -> its tests, both in the order of the tests."""
    groups: dict[str, list[AnyTest]] = {}
    for test in tests:
        groups.setdefault(test.task, []).append(test)
    return groups


def points_by_task(tests: Iterable[Worth]) -> dict[str, float]:
    """What each task is worth, in the order of the tests."""
    return {
        task: sum(test.points for test in group) for task, group in grouped_by_task(tests).items()
    }


def submission_from_dict(record: dict[str, Any]) -> SubmissionResult:
    """Undo ``SubmissionResult.to_dict``."""
    tests = tuple(TestResult(**test) for test in record["tests"])
    return SubmissionResult(**{**record, "tests": tests})

"""What an instructor wants to know of a class, computed from its results."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from graders.engine.results import ClassResults, SubmissionResult, TestResult, grouped_by_task

NUM_BINS = 10


@dataclass(frozen=True)
class Bin:
    """Scores in ``[low, high)``; the last bin holds ``high`` too."""

    low: float
    high: float
    count: int


@dataclass(frozen=True)
class Summary:
    """The usual five numbers of a set of scores."""

    count: int
    mean: float
    minimum: float
    median: float
    maximum: float


@dataclass(frozen=True)
class Difficulty:
    """How the graded submissions did on a test, or on a task as a whole."""

    name: str
    description: str
    points: float
    mean: float
    counts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def pass_rate(self) -> float:
        """Share in [0, 1] of the graded submissions that passed."""
        return self.counts.get("passed", 0) / self.total

    @property
    def mean_share(self) -> float:
        """Mean score as a share of the points, in [0, 1]."""
        return self.mean / self.points if self.points else 1.0


@dataclass(frozen=True)
class TaskDifficulty(Difficulty):
    """A task counts as passed where every test of it passed; its tests come hardest first."""

    tests: tuple[Difficulty, ...] = ()


@dataclass(frozen=True)
class Attention:
    """Submissions that a human has to look at, for one and the same reason."""

    reason: str
    message: str
    students: tuple[str, ...]


def graded(results: ClassResults) -> list[SubmissionResult]:
    """The submissions whose tests ran: the only ones that say anything about the tests."""
    return [submission for submission in results.submissions if submission.status == "graded"]


def summary(scores: Sequence[float]) -> Summary | None:
    """Return ``None`` where there is nothing to summarise."""
    if not scores:
        return None
    return Summary(
        len(scores),
        statistics.fmean(scores),
        min(scores),
        statistics.median(scores),
        max(scores),
    )


def histogram(scores: Iterable[float], max_score: float, num_bins: int = NUM_BINS) -> list[Bin]:
    """Count scores in bins of equal width over ``[0, max_score]``."""
    width = max_score / num_bins
    counts = Counter(
        min(max(int(score / width), 0), num_bins - 1) if width else num_bins - 1 for score in scores
    )
    return [Bin(i * width, (i + 1) * width, counts[i]) for i in range(num_bins)]


def difficulties(results: ClassResults) -> list[TaskDifficulty]:
    """Return the tasks, hardest first, each with its tests, hardest first."""
    everyones = [test for submission in graded(results) for test in submission.tests]
    tasks = [_task(name, tests) for name, tests in grouped_by_task(everyones).items()]
    return sorted(tasks, key=lambda task: task.mean_share)


def _task(name: str, outcomes: list[TestResult]) -> TaskDifficulty:
    by_test: dict[str, list[TestResult]] = {}
    for test in outcomes:
        by_test.setdefault(test.name, []).append(test)
    tests = list(by_test.values())
    # One list per test, one entry per submission: the engine lists every test for every student.
    counts = Counter(
        "passed" if all(test.passed for test in of_one) else "failed"
        for of_one in zip(*tests, strict=True)
    )
    parts = sorted((_test(of_all) for of_all in tests), key=lambda test: test.mean_share)
    return TaskDifficulty(
        name=name,
        description="",
        points=sum(part.points for part in parts),
        mean=sum(part.mean for part in parts),
        counts=dict(counts),
        tests=tuple(parts),
    )


def _test(outcomes: list[TestResult]) -> Difficulty:
    return Difficulty(
        name=outcomes[0].name,
        description=outcomes[0].description,
        points=outcomes[0].points,
        mean=statistics.fmean(test.score for test in outcomes),
        counts=dict(Counter(test.status for test in outcomes)),
    )


def needs_attention(results: ClassResults) -> list[Attention]:
    """Group by reason and message, so that one broken machine is one row and not a thousand."""
    groups: dict[tuple[str, str], list[str]] = {}
    for submission in results.submissions:
        if submission.status != "graded":
            groups.setdefault((submission.status, submission.message), []).append(
                submission.student
            )
        if submission.remark:
            groups.setdefault(("remark", submission.remark), []).append(submission.student)
        endless = [test.message for test in submission.tests if test.status == "timeout"]
        if endless:
            groups.setdefault(("timeout", endless[0]), []).append(submission.student)
    order = {"failed": 0, "rejected": 1, "timeout": 2, "remark": 3, "missing": 4}
    return sorted(
        (Attention(reason, message, tuple(names)) for (reason, message), names in groups.items()),
        key=lambda item: (order[item.reason], -len(item.students)),
    )


def slowest(results: ClassResults, count: int = 10) -> list[SubmissionResult]:
    """Return the submissions that took longest, of those that took any time."""
    timed = [submission for submission in results.submissions if submission.seconds > 0]
    return sorted(timed, key=lambda submission: -submission.seconds)[:count]

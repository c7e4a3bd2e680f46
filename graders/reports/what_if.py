"""``dlcourse grade --what-if``: what grading again would change for whom, before it counts.

The scores that would be are worked out in a copy of the gradebook, by the code that would write
them, so a human's points and late penalties are in them.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graders.engine.final import FinalScore
from graders.engine.printable import shown
from graders.engine.results import SubmissionResult, TestResult
from graders.nbgrader import gradebook
from graders.nbgrader.backups import copy_database
from graders.nbgrader.final_scores import final_scores, results_of, told_before
from graders.reports.outputs import Graded

WIDTH = 24  # characters of a student's name


@dataclass(frozen=True)
class Change:
    """One test, of one student, that would go another way."""

    name: str
    what: str
    points: float  # gained, or lost


def would_change(graded: Graded, out: Path) -> str:
    """What would be another thing than ``results.json`` in ``out`` says, were it written there.

    Raises:
        BadInput: nothing was graded there yet, or another assignment.
    """
    results = graded.results
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder) / "gradebook.db"
        if (out / book.name).exists():
            copy_database(out / book.name, book, gradebook.LOCK_SECONDS)
        graded.into_gradebook(Path(folder))
        return _compared(out, results.assignment, final_scores(results, book))


def _compared(out: Path, assignment: str, lines: list[FinalScore]) -> str:
    path = out / "results.json"
    written = results_of(assignment, path)
    before = {item.student: item for item in written.submissions}
    told = told_before(path)
    rows: list[tuple[str, str, str, str]] = []
    by_test: dict[str, list[float]] = defaultdict(list)
    for line in lines:
        old, said = before.get(line.student), told.get(line.student, {})
        changes = list(_changes(old, line.submission))
        for change in changes:
            by_test[change.name].append(change.points)
        what = [*_about(old, said, line), *(change.what for change in changes)]
        if what or said.get("final_score") != line.score:
            scores = _score(said.get("final_score")), _score(line.score)
            rows.append((shown(line.student, WIDTH), *scores, "; ".join(what)))
    gone = sorted(before.keys() - {line.student for line in lines})
    changed = sum(old != new for _, old, new, _ in rows)
    return "\n".join([*_table(rows), *_tests(by_test), *_summary(changed, len(lines), gone)])


def _changes(old: SubmissionResult | None, new: SubmissionResult) -> Iterator[Change]:
    was = {test.name: test for test in old.tests} if old else {}
    now = {test.name: test for test in new.tests}
    for name in [*was, *(name for name in now if name not in was)]:
        before, after = was.get(name), now.get(name)
        if _outcome(before) != _outcome(after):
            points = (after.score if after else 0.0) - (before.score if before else 0.0)
            yield Change(name, f"{name} {_told(before)} → {_told(after)}", points)


def _outcome(test: TestResult | None) -> tuple[Any, ...] | None:
    return (test.score, test.points, test.passed) if test else None


def _told(test: TestResult | None) -> str:
    return f"{test.status} ({test.score:g} of {test.points:g})" if test else "none"


def _about(old: SubmissionResult | None, said: dict[str, Any], line: FinalScore) -> Iterator[str]:
    new = line.submission
    if old is None:
        yield "not graded before"
    elif old.status != new.status:
        yield f"{old.status} → {new.status}"
    elif old.sha256 != new.sha256:
        yield "another submission"
    lost = float(said.get("late_penalty") or 0.0)
    if lost != line.late_penalty:
        yield f"late −{lost:g} → −{line.late_penalty:g}"
    if line.by_hand and old and old.score != new.score:
        yield f"by hand, which stays: {', '.join(task.name for task in line.by_hand)}"


def _score(score: float | None) -> str:
    return "–" if score is None else f"{score:.6g}"


def _table(rows: list[tuple[str, str, str, str]]) -> Iterator[str]:
    if not rows:
        return
    whole = [("student", "score", "would be", "why"), *rows]
    first, second, third = (max(len(row[i]) for row in whole) for i in range(3))
    for name, old, new, why in whole:
        yield f"{name:<{first}}  {old:>{second}}  {new:>{third}}  {why}"


def _tests(by_test: dict[str, list[float]]) -> Iterator[str]:
    for name, points in by_test.items():
        gain, lose = (sum(sign * value > 0 for value in points) for sign in (1, -1))
        yield f"{name}: {gain} gain and {lose} lose, {sum(points):+g} points in all"


def _summary(changed: int, count: int, gone: list[str]) -> Iterator[str]:
    if gone:
        yield f"no longer handed in: {', '.join(shown(name, WIDTH) for name in gone)}"
    yield f"{changed} of {count} scores would change; nothing was written"

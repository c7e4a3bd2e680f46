"""Grade a source text with the hidden tests, in the sandbox, as ``dlcourse grade`` does."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TypeVar

from graders.authoring.mutants import PUT_IN_PLACE, Mutant
from graders.engine.bars import with_bar
from graders.engine.catalogue import assignment_names, course_root, source_path
from graders.engine.cells import from_script
from graders.engine.results import SubmissionResult
from graders.engine.settings import GradingSettings
from graders.engine.worker import Grader, GradingJob
from graders.sandbox.limits import Limits

TESTS = course_root() / "tests"
CHUNK = 8  # cases that a process is sent at a time
Case = TypeVar("Case")
Outcome = TypeVar("Outcome")


@functools.cache
def grader(name: str) -> Grader:
    tests = course_root() / "graders" / "hidden" / name / f"test_{name}.py"
    return Grader(GradingSettings(name, tests, source_path(name), Limits(), isolated=True))


@functools.cache
def grader_of_task(name: str, task: str) -> Grader:
    """The same grader, warm as it is, with the tests of one task and those that they depend on."""
    whole = grader(name)
    specs = {spec.name: spec for spec in whole.tests.specs}
    needed: set[str] = set()
    waiting = [spec.name for spec in specs.values() if spec.task == task]
    while waiting:
        test = waiting.pop()
        needed.add(test)
        waiting += specs[test].depends
    narrow = copy.copy(whole)
    narrow.tests = copy.copy(whole.tests)
    narrow.tests.specs = [spec for spec in whole.tests.specs if spec.name in needed]
    return narrow


def grade(name: str, source: str, seed: int = 0, task: str | None = None) -> SubmissionResult:
    """The outcome of assignment ``name`` for a ``.py`` of this text, handed in by one student.

    Args:
        task: whose tests run, with those that they depend on, instead of all.
    """
    code = from_script(f"{name}.py", source.encode())
    student = f"student {seed}"
    chosen = grader(name) if task is None else grader_of_task(name, task)
    return chosen.grade(GradingJob(student, student.encode(), "", code))


def side_by_side(outcome: Callable[[Case], Outcome], cases: Sequence[Case]) -> list[Outcome]:
    """What every case comes to, in order, in two processes.

    Each keeps the graders warm that it has used: cases of one assignment belong together.
    """
    with ProcessPoolExecutor(2) as pool:
        return list(with_bar(pool.map(outcome, cases, chunksize=CHUNK), "grading", len(cases)))


def lost(result: SubmissionResult) -> str:
    """What a failing assertion shows: every test that did not pass."""
    lines = [f"{t.name}: {t.status}: {t.message}" for t in result.tests if t.status != "passed"]
    return "\n".join([result.message, *lines])


@functools.cache
def mutants() -> list[Mutant]:
    paths = sorted(TESTS.glob("mutants/*/*.py"))
    return [Mutant.read(path, source_path(path.parent.name)) for path in paths]


def alternates() -> list[Path]:
    return sorted(TESTS.glob("alternates/*/*.py"))


def correct_versions() -> list[Path]:
    """Every reference, and every alternate."""
    return [*map(source_path, assignment_names()), *alternates()]


def correct_source(path: Path) -> str:
    """A reference, or an alternate with the reference's functions where it has none of its own."""
    reference = source_path(path.parent.name)
    texts = [source.read_text(encoding="utf-8") for source in dict.fromkeys((reference, path))]
    return PUT_IN_PLACE.join(texts)

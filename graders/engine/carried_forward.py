"""Error carried forward: one mistake costs once, however much builds on it.

A hidden test module may hold ``CARRIED_FORWARD``: a task, or one test -> the functions that are
judged there and that later ones call. Where a student lost points there, the later tests that did
not pass run a second time, and the student's code that calls one of those functions by its name
gets the right answer. What passes then counts in full. Later than a task are the tests of the tasks
that follow, later than a test is all that follows.

The right answers come from the reference solution, which stays on this side of the wall: the
student's process sends arguments and receives results. They may be anything, so they are bounded,
and only functions whose cost grows slowly with their arguments are carried forward. What a student
could learn of a function in this way is worth nothing: its own tests are over.

A function of modules, which cannot cross, has a version in the hidden tests: ``CARRIED_FORWARD``
then holds it by its name, and it answers with the tool that does the work (``ByTool``).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from graders.engine.plugin import AssignmentTests
from graders.engine.results import TestResult
from graders.engine.student import Student

MOST_NUMBERS = 10_000  # in the arguments of one call; an outer product of them is 200 MB
RETRIED = ("failed", "error", "skipped")  # a second endless loop would tell nothing new


def carry_forward(
    tests: AssignmentTests, student: Student, seed: bytes, results: Iterable[TestResult]
) -> tuple[TestResult, ...]:
    """``results`` of ``tests.run``, bettered where a wrong function alone stood in the way."""
    outcome = {result.name: result for result in results}
    lost = [result for result in outcome.values() if not result.passed]
    places = {result.name for result in lost} | {result.task for result in lost}
    wrong = [place for place in tests.carried_forward if place in places] if lost else []
    if not wrong:
        return tuple(outcome.values())
    ends = {place: at for at, spec in enumerate(tests.specs) for place in (spec.task, spec.name)}
    # only to tests after those that went wrong: never a function to one that it contains
    for at, spec in enumerate(tests.specs):
        before = [place for place in wrong if ends[place] < at]
        result = outcome[spec.name]
        if not before or result.status not in RETRIED:
            continue
        ready = all(
            outcome[name].passed or {name, outcome[name].task} & set(before)
            for name in spec.depends
        )
        if not ready:
            continue
        right = {
            name: bounded(function)
            for place in before
            for name, function in tests.carried_forward[place].items()
        }
        with student.replacing(right):
            again = tests.run_one(spec, student, seed)
        if again.passed:
            message = f"right, given a right {' and '.join(right)} in place of yours"
            outcome[spec.name] = replace(again, message=message)
    return tuple(outcome.values())


def bounded(function: Callable[..., Any]) -> Callable[..., Any]:
    """``function``, for arguments of which anybody may have chosen the size."""

    def called(*args: Any, **kwargs: Any) -> Any:
        if numbers([*args, *kwargs.values()]) > MOST_NUMBERS:
            raise ValueError(f"more than {MOST_NUMBERS} numbers")
        return function(*args, **kwargs)

    return called


def numbers(value: Any) -> int:
    """How many there are in plain data.

    What can stand for a size counts as that size: a whole number, and the rows of an empty array.
    """
    if isinstance(value, dict):
        return numbers(list(value.values()))
    if isinstance(value, list | tuple):
        return len(value) + sum(map(numbers, value))
    if isinstance(value, np.ndarray):
        return math.prod(filter(None, value.shape))
    if isinstance(value, int | np.integer):
        return max(1, abs(int(value)))
    return 1

"""Which messages most students met: the same one but for its numbers counts as one.

Every student meets inputs of their own, so two messages of one mistake differ in their numbers.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from graders.engine.results import ClassResults
from graders.reports.class_statistics import graded

MOST = 50  # of an assignment

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")
# "(softmax.py line 12: return x)": where an error arose, with a line of the student's own
_PLACE = re.compile(r" \([^()\n]*\bline \d+: .*\)$", re.DOTALL)


@dataclass(frozen=True)
class Met:
    """A message, how many students met it, and the tests that said it."""

    assignment: str
    message: str
    num_students: int
    tests: tuple[str, ...]


@dataclass
class _Found:
    ways: Counter[str] = field(default_factory=Counter)
    students: set[str] = field(default_factory=set)
    tests: dict[str, None] = field(default_factory=dict)


def met_by_most(results: ClassResults) -> tuple[Met, ...]:
    """The messages that two students or more met, those that most met first."""
    found: dict[str, _Found] = defaultdict(_Found)
    for submission in graded(results):
        for test in submission.tests:
            if test.status not in ("passed", "skipped") and test.message:
                message = _PLACE.sub("", test.message)
                item = found[_NUMBER.sub("#", message)]
                item.ways[message] += 1
                item.students.add(submission.student)
                item.tests[test.title] = None
    met = (
        Met(
            results.assignment,
            min(item.ways, key=lambda way: (-item.ways[way], way)),
            len(item.students),
            tuple(sorted(item.tests)),
        )
        for item in found.values()
        if len(item.students) > 1
    )
    return tuple(sorted(met, key=lambda item: (-item.num_students, item.message))[:MOST])

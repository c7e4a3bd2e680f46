"""Wrong versions are caught in the right task, by a message that points at the mistake.

A mutant meets the tests of its own task and those that they depend on. The others could tell one
thing more, that it costs no more than half of the points; but where it replaces one function, it
costs no more than that function does when it raises at every call, and `test_one_mistake.py` asks
that of each. All tests run for a mutant that replaces several functions, and for the first of each
assignment.
"""

import pytest

from graders.authoring.mutants import Mutant, what_student_reads
from tests.assignments.grading import grade, lost, mutants

FIRST = {mutant.assignment: mutant.name for mutant in reversed(mutants())}


@pytest.mark.parametrize(
    "mutant", mutants(), ids=lambda mutant: f"{mutant.assignment}-{mutant.name}"
)
def test_mutant_is_caught(mutant: Mutant) -> None:
    whole = len(mutant.replaces) > 1 or mutant.name == FIRST[mutant.assignment]
    result = grade(mutant.assignment, mutant.source, task=None if whole else mutant.task)
    said = what_student_reads(mutant, result)
    assert said, f"not caught in {mutant.task}\n{lost(result)}"
    assert mutant.says in said, lost(result)
    assert all(test.status != "timeout" for test in result.tests), lost(result)
    # One wrong function of many: at least half of the points stay.
    assert sum(test.points - test.score for test in result.tests) <= 50, lost(result)


def test_every_mutant_replaces_a_function_that_is_asked_for() -> None:
    assert [mutant.name for mutant in mutants() if not mutant.replaces] == []


def test_every_assignment_has_enough_mutants() -> None:
    counts: dict[str, int] = {}
    for mutant in mutants():
        counts[mutant.assignment] = counts.get(mutant.assignment, 0) + 1
    assert counts
    assert all(count >= 15 for count in counts.values()), counts

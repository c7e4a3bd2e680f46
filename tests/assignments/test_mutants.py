"""Wrong versions are caught in the right task, by a message that points at the mistake."""

import pytest
from _pytest.mark import ParameterSet

from tests.assignments.grading import Mutant, grade, lost, mutants, told

# Caught by how long they take, in comparison to the reference in the same run.
TIMED = ("softmax_sums_again_for_every_entry",)


def parameters() -> list[ParameterSet]:
    return [
        pytest.param(
            mutant,
            id=f"{mutant.assignment}-{mutant.name}",
            marks=[pytest.mark.alone] if mutant.name in TIMED else [],
        )
        for mutant in mutants()
    ]


@pytest.mark.parametrize("mutant", parameters())
def test_mutant_is_caught(mutant: Mutant) -> None:
    result = grade(mutant.assignment, mutant.source)
    said = told(mutant, result)
    assert said, f"not caught in {mutant.task}\n{lost(result)}"
    assert mutant.says in said, lost(result)
    # One wrong function of many: at least half of the points stay.
    assert result.score >= 50, lost(result)


def test_every_assignment_has_enough_mutants() -> None:
    counts: dict[str, int] = {}
    for mutant in mutants():
        counts[mutant.assignment] = counts.get(mutant.assignment, 0) + 1
    assert counts
    assert all(count >= 15 for count in counts.values()), counts

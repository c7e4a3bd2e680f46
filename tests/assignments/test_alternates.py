"""The reference, and correct versions written differently, always get all points."""

from pathlib import Path

import pytest

from graders.engine.catalogue import assignment_names
from tests.assignments.grading import alternates, correct_source, correct_versions, grade, lost

CORRECT = correct_versions()


# At these a 32-bit answer was once marked wrong: 1 in softmax, 6 in optimizers.
@pytest.mark.parametrize("seed", [1, 6])
@pytest.mark.parametrize("path", CORRECT, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_correct_version_gets_all_points(path: Path, seed: int) -> None:
    result = grade(path.parent.name, correct_source(path), seed)
    assert result.score == 100, lost(result)


@pytest.mark.parametrize(
    ("version", "seed"),
    [
        ("softmax/softmax", 452),  # every row is right by far: the hinge loss is 0
        ("least_squares/least_squares", 477),  # every entry lies below the threshold
        ("detection/detection", 82),  # the dice loss is 1/2, as large as the coefficient
        ("softmax/building_blocks", 120),  # its batches, drawn with replacement, are far from all
    ],
)
def test_numbers_that_are_seldom_drawn_cost_nothing(version: str, seed: int) -> None:
    (path,) = (path for path in CORRECT if f"{path.parent.name}/{path.stem}" == version)
    result = grade(path.parent.name, correct_source(path), seed)
    assert result.score == 100, lost(result)


def test_every_assignment_has_enough_alternates() -> None:
    counts = dict.fromkeys(assignment_names(), 0)
    for path in alternates():
        counts[path.parent.name] += 1
    assert all(count >= 5 for count in counts.values()), counts

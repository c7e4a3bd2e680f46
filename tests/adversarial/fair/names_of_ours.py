"""Calls its own things by names that the grader uses, too."""

student = reference = rng = points = pytest = result = answer = wire = frames = 42
graders = sys = socket = 7

# <solution>


def test_softmax_definition():
    assert student == 43


def names():
    return []

"""Right answers given to what builds on a wrong function: to nothing else, and at no risk."""

from __future__ import annotations

import numpy as np
import pytest

from graders.engine.carried_forward import MOST_NUMBERS, bounded, numbers
from graders.engine.catalogue import source_path
from graders.engine.results import SubmissionResult
from tests.assignments.grading import TESTS, grade

BUILDING_BLOCKS = (TESTS / "alternates/softmax/building_blocks.py").read_text()
IM2COL = (TESTS / "alternates/convolutions/im2col.py").read_text()


def with_cell(source: str, cell: str) -> str:
    return f"{source}\n\n# %%\n{cell}\n"


def tasks_lost(result: SubmissionResult) -> set[str]:
    return {test.task for test in result.tests if test.status != "passed"}


def test_what_builds_on_a_wrong_function_keeps_its_points() -> None:
    wrong = "def softmax(scores):\n    return np.exp(scores)"
    result = grade("softmax", with_cell(BUILDING_BLOCKS, wrong))
    assert tasks_lost(result) == {"softmax"}
    said = {test.message for test in result.tests if test.task == "softmax_loss"}
    assert "right, given a right softmax in place of yours" in said


def test_a_function_that_was_never_written_is_replaced_too() -> None:
    result = grade("softmax", with_cell(BUILDING_BLOCKS, "del softmax"))
    assert tasks_lost(result) == {"softmax"}


def test_what_builds_on_a_wrong_function_of_the_same_task_keeps_its_points() -> None:
    wrong = "def nand(a, b):\n    return perceptron(np.array([a, b]), np.array([2.0, 2.0]), -3.0)"
    result = grade("backprop", with_cell(source_path("backprop").read_text(), wrong))
    assert [test.name for test in result.tests if not test.passed] == ["test_nand"]
    said = {test.name: test.message for test in result.tests}
    assert said["test_xor"] == "right, given a right nand in place of yours"


def test_a_mistake_of_its_own_still_costs() -> None:
    wrong = """
def softmax(scores):
    return np.exp(scores)
def accuracy(scores, y):
    softmax(scores)
    return 0.5
"""
    result = grade("softmax", with_cell(BUILDING_BLOCKS, wrong))
    assert tasks_lost(result) == {"softmax", "accuracy"}


def test_nothing_is_carried_to_a_task_that_comes_before() -> None:
    """Or correlation could be had from a convolution layer that nobody wrote."""
    circle = """
def conv_forward(x, w, b, conv_param):
    return correlate2d(x[0, 0], w[0, 0])[None, None], None
"""
    result = grade("convolutions", with_cell(IM2COL, circle))
    assert "correlate2d" in tasks_lost(result)
    everything = """
def convolve2d(image, kernel):
    return correlate2d(image, kernel[::-1, ::-1])
def correlate2d(image, kernel):
    return convolve2d(image, kernel[::-1, ::-1])
"""
    result = grade("convolutions", with_cell(IM2COL, everything))
    assert "correlate2d" in tasks_lost(result)


THIEF = """
kept = []
def softmax(scores):
    return kept[0](scores) if kept else scores
def softmax_loss(x, y):
    kept.append(globals()["softmax"])
    np.set_printoptions(threshold=0)
    return cross_entropy(softmax(x), y), kept[0](x)
def mse_loss(x, y):
    return kept[0](x), kept[0](x)
"""


def test_what_was_carried_does_not_outlast_the_call() -> None:
    result = grade("softmax", with_cell(BUILDING_BLOCKS, THIEF))
    assert {"softmax", "softmax_loss", "mse_loss"} <= tasks_lost(result)


GREEDY = """
def softmax(scores):
    raise ArithmeticError
def softmax_loss(x, y):
    return softmax(np.zeros((20_000, 300))), x
"""


def test_a_right_function_does_no_more_than_a_little_work() -> None:
    result = grade("softmax", with_cell(BUILDING_BLOCKS, GREEDY))
    messages = [test.message for test in result.tests if test.task == "softmax_loss"]
    assert result.status == "graded"
    assert "softmax_loss" in tasks_lost(result)
    assert not any("given a right" in message for message in messages)


def test_arguments_are_counted_through_and_through() -> None:
    value = {"W1": np.zeros((3, 4)), "list": [1, (2.0, np.zeros(5))]}
    assert numbers(value) == 2 + 12 + 2 + 1 + 2 + 1 + 5
    assert numbers([np.zeros((9, 0)), np.int64(7), "text"]) == 3 + 9 + 7 + 1
    for arguments in (
        [np.zeros(MOST_NUMBERS + 1)],
        [[[0] * MOST_NUMBERS]],
        [np.zeros((20_000_000, 0))],
        [{"pad": 1 << 40}],
    ):
        with pytest.raises(ValueError, match="numbers"):
            bounded(lambda x: x)(*arguments)
    assert bounded(lambda x, y=0: x + y)(1, y=2) == 3

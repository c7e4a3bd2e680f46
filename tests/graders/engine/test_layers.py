"""A backward function is judged by itself, whatever the forward function beside it does."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from graders.engine.compare import check_close
from graders.engine.layers import MOST_NUMBERS, Layer

X = np.array([[1.0, -2.0, 3.0], [0.5, 4.0, -1.0]])
DOUT = np.array([[1.0, 2.0, -1.0], [3.0, -0.5, 1.0]])


def sound() -> None:
    pass


def unsound() -> None:
    raise AssertionError("not even the plainest case is right")


def check(student: SimpleNamespace, sound: Any = sound) -> None:
    """``square_forward`` should square, ``square_backward`` return 2 x dout."""
    layer = Layer(student, "square", {"x": X}, (), X**2, sound)
    layer.check(DOUT, x=partial(check_close, expected=2 * X * DOUT, what="dx"))


def square(forward: Any, backward: Any) -> SimpleNamespace:
    return SimpleNamespace(square_forward=forward, square_backward=backward)


def test_right_gradients_pass() -> None:
    check(square(lambda x: (x**2, x), lambda dout, x: 2 * x * dout))


def test_right_gradients_pass_whatever_the_output_is() -> None:
    check(square(lambda x: (np.zeros(1), x), lambda dout, x: 2 * x * dout), unsound)


def test_a_wrong_backward_function_fails_beside_a_right_forward_function() -> None:
    with pytest.raises(AssertionError, match="half of what it should be"):
        check(square(lambda x: (x**2, x), lambda dout, x: x * dout))


@pytest.mark.parametrize("rows", [2, 1], ids=["the values are wrong", "the shape is wrong"])
def test_a_backward_function_may_follow_a_wrong_forward_function(rows: int) -> None:
    def cubed(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return x[:rows] ** 3, x

    def backward(dout: np.ndarray, x: np.ndarray) -> np.ndarray:
        dx = np.zeros(x.shape)
        dx[:rows] = 3 * x[:rows] ** 2 * dout[:rows]
        return dx

    check(square(cubed, backward))
    with pytest.raises(AssertionError, match="dx"):
        check(square(cubed, lambda dout, x: np.ones(x.shape)))


def test_two_functions_that_do_nothing_earn_nothing() -> None:
    nothing = square(lambda x: (x, None), lambda dout, _: dout)
    with pytest.raises(AssertionError, match="dx"):
        check(nothing, unsound)


def test_an_output_of_any_size_is_not_differentiated() -> None:
    calls = []

    def forward(x: np.ndarray) -> tuple[np.ndarray, None]:
        calls.append(x)
        return np.zeros(MOST_NUMBERS + 1), None

    with pytest.raises(AssertionError):
        check(square(forward, lambda dout, _: X))
    assert len(calls) == 1


def test_several_inputs_are_judged_by_their_names() -> None:
    w = np.array([2.0, 0.5, 3.0])
    student = SimpleNamespace(
        scale_forward=lambda x, w, shift: (x * w + shift, (x, w)),
        scale_backward=lambda dout, cache: (dout * cache[1], (dout * cache[0]).sum(axis=0)),
    )
    layer = Layer(student, "scale", {"x": X, "w": w}, (1.0,), X * w + 1, sound)
    right = partial(check_close, expected=(DOUT * X).sum(axis=0), what="dw")
    layer.check(DOUT, w=right)
    with pytest.raises(AssertionError, match="dw"):
        layer.check(DOUT, x=right)

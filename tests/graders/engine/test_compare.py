"""What a wrong answer is told: true, and as near to the cause as its shape shows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from graders.engine.causes import cause_of, off_by
from graders.engine.compare import as_array, check_close

RIGHT = np.random.default_rng(0).standard_normal((5, 4)) + 0.1


def told(answer: Any, expected: Any = RIGHT, **options: Any) -> str:
    with pytest.raises(AssertionError) as error:
        check_close(answer, expected, "it", **options)
    return str(error.value)


def changed(*where: Any, by: float = 1.0) -> np.ndarray:
    answer = RIGHT.copy()
    answer[where] += by * np.linspace(1, 2, answer[where].size).reshape(answer[where].shape)
    return answer


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (RIGHT + 1e-3 * RIGHT**2, "it is nearly right: 19 of 20 entries off by 5e-03"),
        (-RIGHT, "it: no entry is right: the sign is the other way round"),
        (3 * RIGHT, "it: no entry is right: every entry is 3 times what it should be"),
        (5 * RIGHT, "every entry is 5 times too large, and axis 0 has that length"),
        (RIGHT / 4, "every entry is 4 times too small, and axis 1 has that length"),
        (1.0009 * RIGHT, "nearly right: 20 of 20 entries off by 2e-03: every entry is 1.0009"),
        (RIGHT + 0.7, "it: no entry is right: every entry is off by the same amount"),
        (RIGHT[::-1], "the right numbers are there, in another order"),
        (
            changed(2),
            "4 of 20 entries differ, the first at [2, 0]: only index 2 of axis 0 is wrong",
        ),
        (changed(slice(None), 3), "only index 3, the last, of axis 1 is wrong"),
        (changed(slice(1, None)), "only index 0 of axis 0 is right"),
        (changed(2, 3), "it: 1 of 20 entries differ, the first at [2, 3]"),
        (changed([0, 1], [1, 2]), "it: 2 of 20 entries differ, the first at [0, 1]"),
        (RIGHT**2, "it: no entry is right"),
        (np.where(RIGHT > 1, np.nan, RIGHT), "it contains NaN"),
    ],
)
def test_the_message_names_what_the_error_shows(answer: np.ndarray, message: str) -> None:
    said = told(answer)
    assert message in said
    if message.startswith("it"):
        assert said == message


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (1.00001, "it is nearly right (off by 1e-05)"),
        (1.3, "it is not right"),
        (2.0, "it is not right: it is twice too large"),
        (float("nan"), "it is NaN"),
    ],
)
def test_a_number(answer: float, message: str) -> None:
    assert told(answer, 1.0, rtol=1e-7, atol=0) == message


def test_a_named_mistake_goes_before_what_the_error_looks_like() -> None:
    mistakes = {"the mean was forgotten": 5 * RIGHT}
    assert told(5 * RIGHT, mistakes=mistakes).endswith("the mean was forgotten")


@pytest.mark.parametrize(
    ("value", "shape", "message"),
    [
        (np.zeros((4, 4)), (4,), "shapes (4, 1) and (4,) together broadcast to it"),
        (np.zeros((4, 3)), (4, 2), "one too many along axis 1"),
        (np.zeros(2), (3,), "one too few along axis 0"),
        (np.zeros((2, 3)), (3, 2), "is it transposed?"),
        (np.zeros((2, 1)), (2,), "reshape or keepdims"),
        ({"a": 1}, (2,), "it is a dict where real numbers"),
        ("text", (), "it is text where real numbers"),
        (object(), (), "it is an object where real numbers"),
    ],
)
def test_a_shape_or_type_that_is_wrong(value: Any, shape: tuple[int, ...], message: str) -> None:
    with pytest.raises(AssertionError) as error:
        as_array(value, shape, "it")
    assert message in str(error.value)


numbers = st.floats(-100, 100).map(lambda x: round(x, 3))


@settings(max_examples=60, deadline=None)
@given(
    hnp.array_shapes(max_dims=3, max_side=5).flatmap(
        lambda shape: st.tuples(
            hnp.arrays(float, shape, elements=numbers), hnp.arrays(float, shape, elements=numbers)
        )
    )
)
def test_whatever_is_said_of_two_arrays_is_true(pair: tuple[np.ndarray, np.ndarray]) -> None:
    array, expected = pair
    wrong = ~np.isclose(array, expected)
    if not wrong.any():
        return
    said = cause_of(array, expected, wrong)
    if "times" in said:
        assert np.linalg.matrix_rank(np.stack([array.ravel(), expected.ravel()]), tol=0.1) <= 1
    elif "same amount" in said:
        np.testing.assert_allclose(np.ptp(array - expected), 0, atol=0.05)
    elif "another order" in said:
        assert np.allclose(np.sort(array.ravel()), np.sort(expected.ravel()), atol=0.02)
    elif "only" in said:
        assert wrong.any()
        assert not wrong.all()
    off = off_by(array, expected)
    assert (off is None) == (np.abs(array - expected).max() > 0.01 * np.abs(expected).max())

"""Compare what a student returned with what is right, and say what is wrong in words.

Used by hidden and public tests alike. The messages name shapes, types and probable mistakes.
Expected values appear only with ``reveal=True``, which public tests set and hidden tests do not.

Tolerance. ``RTOL = 1e-4`` and ``ATOL = 1e-6`` accept an answer worked out in 32-bit floats
(relative rounding 6e-8 per operation, some hundreds of operations per number) or by central
differences (about 1e-8), and are still a hundred times finer than any mistake of formula that
the tests provoke: inputs are of order 1 and a lost factor or term moves results by 1 % or more.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from graders.engine.causes import cause_of, off_by
from graders.engine.student import Handle, StudentError

RTOL = 1e-4
ATOL = 1e-6


def as_array(value: Any, shape: tuple[int, ...], what: str) -> np.ndarray:
    """Return ``value`` as a float64 array of ``shape``.

    Raises:
        AssertionError: with a message that says what came instead.
    """
    assert value is not None, f"{what} is None: is a return statement missing?"
    try:
        array = np.asarray(value)
    except ValueError:
        raise AssertionError(f"{what} is a ragged list where an array was expected") from None
    assert array.dtype.kind in "fiub", f"{what} is {_kind(value)} where real numbers were expected"
    assert array.shape == shape, (
        f"{what} has shape {array.shape} where {shape} was expected{_shape_advice(array, shape)}"
    )
    return array.astype(float)


def as_number(value: Any, what: str) -> float:
    """Return ``value``, a Python number, NumPy scalar or 0-d array, as a float."""
    return float(as_array(value, (), what))


def as_tuple(value: Any, names: str) -> tuple[Any, ...]:
    """Return the parts of a tuple, which ``names`` lists: ``as_tuple(result, "loss, dx")``."""
    count = len(names.split(","))
    assert value is not None, f"({names}) was expected, None came: is a return statement missing?"
    fits = isinstance(value, (tuple, list)) and len(value) == count
    assert fits, f"({names}) was expected, {_kind(value)} came"
    return tuple(value)


def check_close(
    actual: Any,
    expected: Any,
    what: str,
    *,
    mistakes: Mapping[str, Any] | Callable[[], Mapping[str, Any]] | None = None,
    rtol: float = RTOL,
    atol: float = ATOL,
    reveal: bool = False,
) -> None:
    """Check that ``actual`` has the shape of ``expected`` and its values within tolerance.

    Args:
        what: how the message calls the value: "the loss".
        mistakes: message -> what a student gets who made that mistake. The first one that
            agrees with ``actual``, and does not agree with ``expected``, is named. A function
            that returns them is called only where the answer is wrong.
        reveal: whether the message may show the first differing entry.

    Raises:
        AssertionError: one line that says what differs and, where it can be told, why.
    """
    expected = np.asarray(expected, dtype=float)
    array = as_array(actual, expected.shape, what)

    def agrees(candidate: np.ndarray, target: np.ndarray) -> bool:
        return candidate.shape == target.shape and bool(
            np.allclose(candidate, target, rtol=rtol, atol=atol, equal_nan=True)
        )

    if agrees(array, expected):
        return
    differ = ~np.isclose(array, expected, rtol=rtol, atol=atol, equal_nan=True)
    difference = _difference(array, expected, differ, what)
    if reveal:
        difference += _first_entry(array, expected, differ)
    known = mistakes() if callable(mistakes) else mistakes or {}
    suspects = {**known, **_usual_mistakes(expected)}
    for advice, wrong in suspects.items():
        wrong = np.asarray(wrong, dtype=float)
        if agrees(array, wrong) and not agrees(wrong, expected):
            raise AssertionError(f"{difference}: {advice}")
    if np.isfinite(array).all() and np.isfinite(expected).all():
        advice = cause_of(array, expected, differ)
        raise AssertionError(f"{difference}: {advice}" if advice else difference)
    raise AssertionError(difference)


def check_gradient(f: Callable[[np.ndarray], Any], x: np.ndarray, dx: Any, what: str) -> None:
    """Check a gradient against central differences of the student's own function.

    With steps of 1e-5 in 64-bit floats the two agree to about 1e-8 of their size where ``f`` is
    smooth; 1e-5 leaves room for large values, and a wrong formula gives 1e-2 to 1.

    Args:
        f: the function, whose value is a single number.
        x: where the gradient was taken.
        dx: the gradient that is checked, of the shape of ``x``.

    Raises:
        AssertionError: one line with the largest relative error and its place.
    """
    assert getattr(dx, "dtype", x.dtype) != np.float32, (
        f"{what} is in 32-bit floats, too coarse for a check by differences: keep the 64 bits of "
        "the arrays that come in"
    )
    analytic = as_array(dx, x.shape, what)
    numeric = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[index] = 1e-5
        numeric[index] = (as_number(f(x + step), what) - as_number(f(x - step), what)) / 2e-5
    error = np.abs(analytic - numeric) / np.maximum(1e-3, np.abs(analytic) + np.abs(numeric))
    worst = np.unravel_index(np.argmax(error), error.shape)
    assert error[worst] < 1e-5, (
        f"{what} does not match the slope of the loss: relative error {error[worst]:.0e} at "
        f"{[int(i) for i in worst]}, where below 1e-05 is right (yours {analytic[worst]:.6g}, "
        f"slope {numeric[worst]:.6g})"
    )


def check_untouched(call: Any, *originals: Any, names: str) -> None:
    """Check that the first arguments of ``student.after(...)`` are as they were before the call."""
    arguments = call.args[: len(originals)]
    for after, before, name in zip(arguments, originals, names.split(", "), strict=True):
        same = np.shape(after) == np.shape(before) and np.array_equal(after, before)
        assert same, (
            f"the argument {name} was changed: work on a copy, and mind that -=, *= and "
            f"{name}[...] = ... write into the caller's array"
        )


def check_raises(kind: type[Exception], student: Any, function: str, *args: Any) -> None:
    """Check that the student's ``function`` refuses ``args`` with an exception of this kind.

    Only the exception's name is known here. One of the student's own is given the benefit of the
    doubt: it may well be derived from the kind that was asked for.

    Raises:
        AssertionError: it returned, or raised one of Python's other exceptions.
        StudentError: it did not get so far as to judge its arguments.
    """
    arguments = ", ".join(
        f"an array of {arg.shape}" if isinstance(arg, np.ndarray) else repr(arg) for arg in args
    )
    call = f"{function}({arguments})"
    try:
        getattr(student, function)(*args)
    except StudentError as error:
        name = re.match(r"([A-Z]\w*)(?:: | \(|$)", str(error))
        if name is None:  # stopped, or not written yet
            raise
        raised = getattr(builtins, name[1], kind)
        assert issubclass(raised, kind), f"{call} raised {name[1]} where {kind.__name__} is right"
    else:
        raise AssertionError(f"{call} returned a value: raise {kind.__name__} instead")


def _usual_mistakes(expected: np.ndarray) -> dict[str, np.ndarray]:
    """What goes wrong anywhere: sign, order, factor 2."""
    return {
        "the sign is the other way round": -expected,
        "the array is transposed": expected.T,
        "it is twice too large": 2 * expected,
        "it is half of what it should be": expected / 2,
    }


def _difference(array: np.ndarray, expected: np.ndarray, differ: np.ndarray, what: str) -> str:
    """Say how much is wrong without saying what would be right."""
    if not np.isfinite(array).all() or not np.isfinite(expected).all():
        if np.isfinite(expected).all():
            kind = "NaN" if np.isnan(array).any() else "infinity"
            return f"{what} {'contains' if array.ndim else 'is'} {kind}"
    elif (off := off_by(array, expected)) is not None:
        if array.ndim == 0:
            return f"{what} is nearly right (off by {off:.0e})"
        return f"{what} is nearly right: {differ.sum()} of {differ.size} entries off by {off:.0e}"
    if array.ndim == 0:
        return f"{what} is not right"
    if differ.all():
        return f"{what}: no entry is right"
    where = [int(i) for i in np.argwhere(differ)[0]]
    return f"{what}: {differ.sum()} of {differ.size} entries differ, the first at {where}"


def _first_entry(array: np.ndarray, expected: np.ndarray, differ: np.ndarray) -> str:
    where = tuple(int(i) for i in np.argwhere(differ)[0])
    return f" (got {array[where]:.6g}, expected {expected[where]:.6g})"


def _shape_advice(array: np.ndarray, shape: tuple[int, ...]) -> str:
    if array.shape == shape[::-1] and array.shape:
        return ": is it transposed?"
    if shape == () and array.ndim:
        return ": a single number, the mean over the examples, is asked for"
    if array.size == int(np.prod(shape)):
        return ": the entries are as many, so reshape or keepdims may be what is missing"
    if len(shape) == 1 and array.shape == 2 * shape:
        return f": shapes {(*shape, 1)} and {shape} together broadcast to it"
    if array.ndim == len(shape):
        more = {i: n - shape[i] for i, n in enumerate(array.shape) if n != shape[i]}
        for axis, by in more.items():
            if len(more) == 1 and abs(by) == 1:
                return f": one {'too many' if by > 0 else 'too few'} along axis {axis}"
    return ""


def _kind(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype}"
    if isinstance(value, (tuple, list)):
        return f"a {type(value).__name__} of length {len(value)}"
    if isinstance(value, str):
        return "text"
    name = value._ref.type_name if isinstance(value, Handle) else type(value).__name__
    return f"{'an' if name[:1].lower() in tuple('aeiou') else 'a'} {name}"

"""Name what is wrong with an answer by the shape of its error, without saying what is right.

Each cause is recognised by what no other mistake leaves behind: all entries off by one factor, in
another order, wrong in one row alone. Where nothing of the kind shows, nothing is said.
"""

from __future__ import annotations

import numpy as np

NEARLY = 1e-2  # of the largest entry: a lost term or factor moves an answer further than that
ENTRIES = 3  # that have to agree on a factor or an offset, lest two do by chance


def cause_of(array: np.ndarray, expected: np.ndarray, wrong: np.ndarray) -> str:
    """What the error looks like, or nothing.

    Args:
        array, expected: of one shape, both finite.
        wrong: where they differ, a bool array of that shape with one True at least.
    """
    return (
        _one_factor(array, expected)
        or _one_offset(array, expected)
        or _another_order(array, expected)
        or _one_index(wrong)
    )


def off_by(array: np.ndarray, expected: np.ndarray) -> float | None:
    """The largest error, where the answer is nearly right; else None."""
    error = np.abs(array - expected).max()
    return float(error) if error <= NEARLY * np.abs(expected).max() else None


def _one_factor(array: np.ndarray, expected: np.ndarray) -> str:
    clear = np.abs(expected) > 1e-3 * np.abs(expected).max()
    if clear.sum() < ENTRIES:
        return ""
    factor = float((array[clear] / expected[clear]).mean())
    if factor == 0 or not _same(array / factor, expected):
        return ""
    for axis, size in enumerate(expected.shape):
        for times, word in ((size, "large"), (1 / size, "small")):
            if size > 2 and np.isclose(factor, times, rtol=1e-3):
                return f"every entry is {size} times too {word}, and axis {axis} has that length"
    digits = 3 if abs(factor - 1) > NEARLY else 6
    return f"every entry is {factor:.{digits}g} times what it should be"


def _one_offset(array: np.ndarray, expected: np.ndarray) -> str:
    if expected.size < ENTRIES or not _same(array - (array - expected).mean(), expected):
        return ""
    return "every entry is off by the same amount"


def _another_order(array: np.ndarray, expected: np.ndarray) -> str:
    if expected.size < ENTRIES or not _same(np.sort(array.ravel()), np.sort(expected.ravel())):
        return ""
    return "the right numbers are there, in another order"


def _one_index(wrong: np.ndarray) -> str:
    """The axis along which a single index is wrong, or a single one right."""
    for axis, size in enumerate(wrong.shape):
        others = tuple(other for other in range(wrong.ndim) if other != axis)
        some, every = np.any(wrong, axis=others), np.all(wrong, axis=others)
        if size > ENTRIES and some.sum() == 1 and wrong.sum() > 1:
            return f"only index {_place(some)} of axis {axis} is wrong"
        if size > ENTRIES and some.sum() == size - 1 and every.sum() == size - 1:
            return f"only index {_place(~some)} of axis {axis} is right"
    return ""


def _place(one: np.ndarray) -> str:
    index = int(one.argmax())
    return f"{index}, the last," if index == len(one) - 1 else str(index)


def _same(array: np.ndarray, expected: np.ndarray) -> bool:
    """Equal to a part in ten thousand of the largest entry: what is named is named for certain."""
    return bool(np.abs(array - expected).max() <= 1e-4 * np.abs(expected).max())

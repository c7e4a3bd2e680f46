"""Whatever a submission sends, reading it and handing it to NumPy takes little of our memory."""

from __future__ import annotations

import contextlib
import struct
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from graders.engine.carried_forward import bounded
from graders.engine.compare import as_array, check_close, check_untouched
from graders.engine.student import Call
from graders.sandbox import answers, wire

FLOOR = 4 * answers.TEXT_CHARACTERS + (1 << 20)
HELD = np.zeros((2, 3))


def read(content: bytes) -> Any:
    return answers.read(content, lambda reference: reference)


def peak(use: Callable[[], object]) -> int:
    """The most bytes that Python and NumPy held during a call; what it raises is no matter."""
    tracemalloc.start()
    try:
        with contextlib.suppress(Exception):
            use()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def parts(value: Any) -> Iterator[Any]:
    """A value and all that is in it."""
    yield value
    for item in value.values() if type(value) is dict else value if type(value) is list else ():
        yield from parts(item)


def use(content: bytes) -> None:
    """What tests do with answers, without a look at them first."""
    for part in islice(parts(read(content)), 20):
        for convert in (
            np.asarray,
            np.shape,
            np.size,
            lambda value: np.array_equal(value, HELD),
            lambda value: as_array(value, (2, 3), "it"),
            lambda value: check_close(value, HELD, "it", reveal=True),
            lambda value: check_untouched(Call(None, (value,), {}), HELD, names="x"),
            bounded(np.sum),
            lambda value: np.sum(value, axis=0),
        ):
            with contextlib.suppress(Exception):
                convert(part)


small = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
long = st.integers(0, 30_000).map("x".__mul__) | st.integers(0, 30_000).map(b"x".__mul__)
arrays = st.tuples(
    st.sampled_from(["?", "u1", "f8", "D"]), st.lists(st.sampled_from([0, 1, 3, 500, 10**9]))
).map(lambda drawn: empty_or_small(*drawn))


def empty_or_small(code: str, shape: list[int]) -> bytes:
    """An array as a sender who does not keep to limits writes it."""
    dtype = np.dtype(code)
    size = 0 if 0 in shape else int(np.prod(shape)) if max(shape, default=0) < 10**9 else 10**9
    sizes = b"".join(struct.pack("<Q", length) for length in shape)
    content = bytes(min(size, 5000) * dtype.itemsize)
    head = bytes([len(dtype.str)]) + dtype.str.encode() + bytes([len(shape)])
    return b"a" + head + sizes + content


def sequence(items: list[bytes]) -> bytes:
    return b"l" + struct.pack("<I", len(items)) + b"".join(items)


def mapping(items: list[bytes]) -> bytes:
    named = b"".join(wire.encode(str(place)) + item for place, item in enumerate(items))
    return b"m" + struct.pack("<I", len(items)) + named


leaves = (small | long).map(wire.encode) | arrays
messages = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=5).map(sequence)
        | st.lists(inner, max_size=5).map(mapping)
        # many of one, and one that differs: what NumPy makes as wide as its widest
        | st.tuples(inner, st.integers(0, 100), inner).map(
            lambda drawn: sequence([drawn[0]] * drawn[1] + [drawn[2]])
        )
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(messages)
@example(wire.encode(["x" * 50_000] + [""] * 2000))
@example(wire.encode([[b"x" * 50_000] + [b""] * 2000]))
@example(wire.encode({"a": [np.zeros((60, 60), np.uint8), [["x" * 300] * 60] * 60]}))
@example(empty_or_small("f8", [0, 20_000_000]))
@example(empty_or_small("u1", [20_000_000, 0]))
@example(wire.encode([True] * 50_000 + [1j]))
def test_no_message_takes_more_than_a_multiple_of_its_size(content: bytes) -> None:
    assert peak(lambda: use(content)) <= FLOOR + answers.MOST_GROWTH * len(content)


@pytest.mark.parametrize(
    "unit",
    [
        empty_or_small("?", []),
        empty_or_small("u1", [0]),
        *map(wire.encode, ([], {}, "", "\ud800", None, 1, 1 << 60, 0.5, np.float16(1))),
    ],
    ids=repr,
)
def test_many_small_things_take_no_more_than_the_multiple(unit: bytes) -> None:
    content = sequence([unit] * 5_000)
    assert peak(lambda: np.asarray(read(content))) <= answers.MOST_GROWTH * len(content)


def test_texts_that_are_few_or_short_are_read() -> None:
    """A message can then say what came; NumPy's room is asked for only where it makes an array."""
    for value in (
        ["loss", "dx"],
        "x" * 900_000,
        ("x" * 300_000, np.zeros(10**5)),  # ragged: no array
        {"loss": ["x" * 300_000], "b": [0.5] * 10**5},
        [["a"] * 100] * 100,
    ):
        assert len(read(wire.encode(value))) == len(value)


@pytest.mark.parametrize(
    "value",
    [
        ["x" * 10_000] + [""] * 1000,
        ("x" * 10_000, [0, ["x" * 10_000] * 1000]),
        [0.5] * 10**5 + ["x"],
    ],
    ids=["list", "inside", "numbers become texts"],
)
def test_texts_that_numpy_would_blow_up_are_refused(value: Any) -> None:
    with pytest.raises(wire.WireError, match="texts of more than 4,000,000"):
        read(wire.encode(value))

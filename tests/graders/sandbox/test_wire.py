"""The wire carries plain data exactly, and its decoder survives anything."""

from __future__ import annotations

import contextlib
import math
import struct
import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from graders.sandbox import wire

DTYPES = [np.dtype(code) for code in sorted(wire.DTYPES)]

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**4000), 2**4000)
    | st.floats()
    | st.complex_numbers()
    | st.text()
    | st.binary()
)
arrays = st.sampled_from(DTYPES).flatmap(
    lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0))
)
keys = (
    st.none()
    | st.booleans()
    | st.integers(-(2**64) + 1, 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text()
)
values = st.recursive(
    scalars | arrays,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(keys, inner, max_size=4)
    ),
    max_leaves=12,
)


def same(left: Any, right: Any) -> bool:
    """Equal in type, in bits and in order."""
    if type(left) is not type(right):
        return False
    match left:
        case list() | tuple():
            return len(left) == len(right) and all(map(same, left, right))
        case dict():
            return same(list(left.items()), list(right.items()))
        case np.ndarray():
            return (left.dtype, left.shape, left.tobytes()) == (
                right.dtype,
                right.shape,
                right.tobytes(),
            )
        case float():
            return struct.pack("d", left) == struct.pack("d", right)
        case complex():
            return same((left.real, left.imag), (right.real, right.imag))
    return bool(left == right)


@given(values)
@example(np.array(False))  # of no dimension, yet an array
def test_what_goes_in_comes_out(value: Any) -> None:
    assert same(wire.decode(wire.encode(value)), value)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_numpy_scalars_keep_their_type(dtype: np.dtype) -> None:
    scalar = np.ones((), dtype)[()]
    decoded = wire.decode(wire.encode(scalar))
    assert type(decoded) is type(scalar)
    assert decoded == scalar


def test_arrays_come_out_fresh_writable_and_in_c_order() -> None:
    original = np.arange(24.0).reshape(2, 3, 4).transpose(2, 0, 1)[::2]
    decoded = wire.decode(wire.encode(original))
    np.testing.assert_array_equal(decoded, original)
    assert decoded.flags.owndata or decoded.base.flags.owndata
    assert decoded.flags.writeable
    assert decoded.flags.c_contiguous


@pytest.mark.parametrize("code", [">f8", ">i4", np.longdouble, np.clongdouble])
def test_foreign_numbers_become_native(code: Any) -> None:
    original = np.array([1, 2], dtype=code)
    decoded = wire.decode(wire.encode(original))
    np.testing.assert_array_equal(decoded, original)
    assert decoded.dtype.str in wire.DTYPES


class Sly(float):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = float.__hash__


class SlyArray(np.ndarray):
    pass


@pytest.mark.parametrize(
    "value",
    [
        Sly(1.0),
        np.zeros(2).view(SlyArray),
        np.array([object()]),
        np.array(["text"]),
        np.array(["2020-01-01"], dtype="M8[D]"),
        np.zeros(2, dtype=[("a", "f8")]),
        np.ma.masked_array([1.0], [True]),
        {1, 2},
        range(3),
        lambda: None,
        type("dict", (dict,), {})(),
        {(1, 2): 3},
        {Sly(1.0): 2},
        {2**64: 3},
        1 << (8 * wire.MAX_INT_BYTES),
        dict.fromkeys(range(wire.MAX_KEYS + 1)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_only_plain_data_is_encoded(value: Any) -> None:
    with pytest.raises(wire.WireError):
        wire.encode(value)


def test_what_is_not_plain_can_be_replaced_by_a_reference() -> None:
    def keep(thing: Any) -> wire.HandleRef:
        return wire.HandleRef(7, type(thing).__name__)

    content = wire.encode([1, {2, 3}], keep)
    assert wire.decode(content) == [1, wire.HandleRef(7, "set")]
    assert wire.decode(content, lambda reference: "revived") == [1, "revived"]


def test_keys_of_numpy_type_become_pythons() -> None:
    decoded = wire.decode(wire.encode({np.int64(3): 1, np.float32(0.5): 2, np.True_: 3}))
    assert same(decoded, {3: 1, 0.5: 2, True: 3})


def nested(depth: int) -> Any:
    value: Any = None
    for _ in range(depth):
        value = [value]
    return value


def test_depth_is_bounded_on_both_sides() -> None:
    assert wire.decode(wire.encode(nested(wire.MAX_DEPTH))) == nested(wire.MAX_DEPTH)
    with pytest.raises(wire.WireError, match="levels deep"):
        wire.encode(nested(wire.MAX_DEPTH + 1))
    with pytest.raises(wire.WireError, match="levels deep"):
        wire.decode((b"l" + struct.pack("<I", 1)) * 100_000 + b"N")


def array_header(code: bytes, *shape: int, tag: bytes = b"a") -> bytes:
    sizes = b"".join(struct.pack("<Q", size) for size in shape)
    return tag + bytes([len(code)]) + code + bytes([len(shape)]) + sizes


def text(content: bytes) -> bytes:
    return b"s" + struct.pack("<Q", len(content)) + content


def number(value: int) -> bytes:
    return wire.encode(value)


MALFORMED = {
    "nothing": b"",
    "an unknown tag": b"?",
    "two values": b"NN",
    "a list of more items than there are bytes": b"l" + struct.pack("<I", 2**32 - 1) + b"N",
    "too many items": b"l" + struct.pack("<I", wire.MAX_ITEMS + 1) + b"N" * (wire.MAX_ITEMS + 1),
    "text that is cut short": b"s" + struct.pack("<Q", 2**63) + b"x",
    "a huge integer": b"i" + struct.pack("<I", 10_000) + bytes(10_000),
    "an array of objects": array_header(b"|O8", 1) + bytes(8),
    "an array of text": array_header(b"<U1", 1) + bytes(4),
    "an array of records": array_header(b"f8,f8", 1) + bytes(16),
    "a big-endian array": array_header(b">f8", 1) + bytes(8),
    "an array of dates": array_header(b"<M8[D]", 1) + bytes(8),
    "a dtype that is not ASCII": array_header(b"\xff\xfe", 1) + bytes(8),
    "an array of 2^64 - 1 bytes": array_header(b"|u1", 2**64 - 1) + bytes(8),
    "an array whose size overflows": array_header(b"<f8", 2**32, 2**32, 2**32) + bytes(8),
    "an empty array of impossible shape": array_header(b"<f8", 0, 2**64 - 1),
    "an array of 255 dimensions": array_header(b"<f8", *[1] * 255) + bytes(8),
    "a scalar with a shape": array_header(b"<f8", 2, tag=b"g") + bytes(16),
    "an array as a key": b"m" + struct.pack("<I", 1) + array_header(b"<f8") + bytes(8) + b"N",
    "a tuple as a key": b"m" + struct.pack("<I", 1) + b"t" + struct.pack("<I", 0) + b"N",
    "a handle as a key": b"m" + struct.pack("<I", 1) + b"h" + number(1) + text(b"x") + b"N",
    "keys of one hash": b"m"
    + struct.pack("<I", 2)
    + b"".join(number(n << 65) + b"N" for n in (1, 2**61 - 1)),
    "too many keys": b"m" + struct.pack("<I", wire.MAX_KEYS + 1) + b"NN" * (wire.MAX_KEYS + 1),
    "a handle numbered by text": b"h" + text(b"1") + text(b"x"),
    "a handle numbered by a bool": b"hT" + text(b"x"),
    "a callback numbered by None": b"fN",
    "a generator of floats": b"r" + (b"d" + bytes(8)) * 4,
    "too many handles": b"l"
    + struct.pack("<I", wire.MAX_REFERENCES + 1)
    + (b"f" + number(0)) * (wire.MAX_REFERENCES + 1),
}


@pytest.mark.parametrize("content", MALFORMED.values(), ids=MALFORMED)
def test_malformed_is_refused(content: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.decode(content)


@settings(max_examples=500)
@given(st.binary(max_size=200))
@example(b"")
def test_any_bytes_are_a_value_or_a_wire_error(content: bytes) -> None:
    with contextlib.suppress(wire.WireError):
        wire.decode(content)


@settings(max_examples=300)
@given(values, st.data())
def test_any_damage_is_a_value_or_a_wire_error(value: Any, data: st.DataObject) -> None:
    content = bytearray(wire.encode(value))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    del content[data.draw(st.integers(0, len(content))) :]
    with contextlib.suppress(wire.WireError):
        wire.decode(content)


def test_a_promise_of_memory_takes_none() -> None:
    """A header that announces gigabytes is refused before anything is allocated for it."""
    lies = [
        array_header(b"<f8", 1 << 33),
        b"s" + struct.pack("<Q", 1 << 36),
        b"l" + struct.pack("<I", 1 << 31),
    ]
    tracemalloc.start()
    try:
        for lie in lies:
            with pytest.raises(wire.WireError):
                wire.decode(lie)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_booleans_of_any_byte_are_true_or_false() -> None:
    decoded = wire.decode(array_header(b"|b1", 3) + bytes([0, 1, 255]))
    np.testing.assert_array_equal(decoded.view(np.uint8), [0, 1, 1])


def test_text_that_is_not_utf8_is_replaced() -> None:
    assert wire.decode(text(b"\xff\xfeok")) == "��ok"
    assert wire.decode(wire.encode("\ud800")) == "?"


def test_nan_and_infinity_keep_their_bits() -> None:
    decoded = wire.decode(wire.encode([math.nan, math.inf, -0.0]))
    assert math.isnan(decoded[0])
    assert decoded[1] == math.inf
    assert math.copysign(1, decoded[2]) == -1

"""The wire: plain data in a tagged binary form, encoded and decoded by both sides.

It carries None, bool, int, float, complex, str, bytes, list, tuple, dict, NumPy arrays and
scalars of numeric dtypes, handles (what stays in the sandbox), callbacks (functions that
stay with the grader) and the state of a ``numpy.random.Generator``. Nothing else: there is no
way to name a class, so decoding runs no code of the sender's.

The decoder trusts nobody. Sizes, depth, element counts and dtypes are checked before memory is
taken, and every array is a fresh one.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

MAX_DEPTH = 50
MAX_ITEMS = 1_000_000
MAX_KEYS = 10_000
MAX_REFERENCES = 10_000
KEYS = frozenset({str, bytes, int, bool, float, type(None)})
MAX_KEY_CHARACTERS = 1000
MAX_INT_BYTES = 512
MAX_EMPTY = 10_000  # the product of an empty array's other dimensions: a sum over it has that size
DTYPES = frozenset(
    np.dtype(code).str for code in ("?", *"bBhHiIqQ", "e", "f", "d", "F", "D")
)  # fixed width, native order: longdouble is sent as float64

_LENGTH = struct.Struct("<Q")
_COUNT = struct.Struct("<I")
_DOUBLE = struct.Struct("<d")
_COMPLEX = struct.Struct("<dd")


class WireError(ValueError):
    """The bytes, or the value, are not plain data within the limits."""


@dataclass(frozen=True)
class HandleRef:
    """Something that stays in the sandbox: its number there and the name of its type."""

    number: int
    type_name: str


@dataclass(frozen=True)
class CallbackRef:
    """A function that stays with the grader."""

    number: int


@dataclass(frozen=True)
class GeneratorState:
    """The state of a PCG64 generator: enough to draw the same numbers on the other side."""

    state: int
    inc: int
    has_uint32: int
    uinteger: int


def encode(value: Any, keep: Callable[[Any], Any] | None = None) -> bytes:
    """Bytes of ``value``. What is not plain goes through ``keep``, which returns what is.

    Raises:
        WireError: not plain data and no ``keep`` to turn it into a reference, or too deep.
    """
    out: list[bytes] = []
    _encode(value, out, keep, 0)
    return b"".join(out)


def _encode(value: Any, out: list[bytes], keep: Callable[[Any], Any] | None, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise WireError(f"nested more than {MAX_DEPTH} levels deep")
    kind = type(value)  # exact types only: a subclass may behave as it likes
    if value is None:
        out.append(b"N")
    elif kind is bool:
        out.append(b"T" if value else b"F")
    elif kind is int:
        size = value.bit_length() // 8 + 1
        if size > MAX_INT_BYTES:
            raise WireError(f"an integer of more than {MAX_INT_BYTES} bytes")
        out.append(b"i" + _COUNT.pack(size) + value.to_bytes(size, "little", signed=True))
    elif kind is float:
        out.append(b"d" + _DOUBLE.pack(value))
    elif kind is complex:
        out.append(b"c" + _COMPLEX.pack(value.real, value.imag))
    elif kind is str:
        _bytes(b"s", value.encode("utf-8", "replace"), out)
    elif kind is bytes:
        _bytes(b"b", value, out)
    elif kind is list or kind is tuple:
        out.append((b"l" if kind is list else b"t") + _COUNT.pack(len(value)))
        for item in value:
            _encode(item, out, keep, depth + 1)
    elif kind is dict:
        if len(value) > MAX_KEYS:
            raise WireError(f"a dict of more than {MAX_KEYS:,} keys")
        out.append(b"m" + _COUNT.pack(len(value)))
        for key, item in value.items():
            if isinstance(key, np.integer | np.floating | np.bool_):
                key = key.item()  # equal, and of the same hash
            _check_key(key)
            _encode(key, out, None, depth + 1)
            _encode(item, out, keep, depth + 1)
    elif kind is np.ndarray and value.dtype.kind in "biufc":
        _array(b"a", value, out)
    elif isinstance(value, np.generic) and value.dtype.kind in "biufc":
        _array(b"g", np.asarray(value), out)
    elif kind is HandleRef:
        out.append(b"h")
        _encode(value.number, out, None, depth)
        _encode(value.type_name, out, None, depth)
    elif kind is CallbackRef:
        out.append(b"f")
        _encode(value.number, out, None, depth)
    elif kind is GeneratorState:
        out.append(b"r")
        for number in (value.state, value.inc, value.has_uint32, value.uinteger):
            _encode(number, out, None, depth)
    elif keep is not None:
        _encode(keep(value), out, None, depth)
    else:
        raise WireError(f"{kind.__name__} is not plain data")


def _check_key(key: Any) -> None:
    """Keys that cannot be chosen to collide by thousands: a dict's cost would be quadratic."""
    if type(key) not in KEYS:
        raise WireError(f"a dict key of type {type(key).__name__}")
    if type(key) is int and key.bit_length() > 64:
        raise WireError("a dict key of more than 64 bits")
    if isinstance(key, str | bytes) and len(key) > MAX_KEY_CHARACTERS:
        raise WireError(f"a dict key of more than {MAX_KEY_CHARACTERS:,} characters")


def _bytes(tag: bytes, content: bytes, out: list[bytes]) -> None:
    out.append(tag + _LENGTH.pack(len(content)))
    out.append(content)


def _array(tag: bytes, array: np.ndarray, out: list[bytes]) -> None:
    dtype = array.dtype.newbyteorder("=")
    if dtype.str not in DTYPES:  # longdouble and its complex
        dtype = np.dtype("D" if dtype.kind == "c" else "d")
    array = np.ascontiguousarray(array, dtype).reshape(array.shape)
    code = dtype.str.encode()
    out.append(tag + bytes([len(code)]) + code + bytes([array.ndim]))
    shape: tuple[int, ...] = array.shape
    out.extend(_LENGTH.pack(size) for size in shape)
    out.append(array.tobytes())


def decode(data: bytes | bytearray | memoryview, revive: Callable[[Any], Any] | None = None) -> Any:
    """The value that ``encode`` was given, its references passed through ``revive``.

    Raises:
        WireError: anything but one complete, bounded, well-formed value.
    """
    reader = _Reader(memoryview(data), revive or (lambda reference: reference))
    value = reader.value(0)
    if reader.position != len(reader.data):
        raise WireError("bytes after the end")
    return value


class _Reader:
    def __init__(self, data: memoryview, revive: Callable[[Any], Any]) -> None:
        self.data = data
        self.revive = revive
        self.position = 0
        self.items = 0
        self.keys = 0
        self.references = 0

    def take(self, size: int) -> memoryview:
        end = self.position + size
        if end > len(self.data):
            raise WireError("cut short")
        piece = self.data[self.position : end]
        self.position = end
        return piece

    def value(self, depth: int) -> Any:
        self.items += 1
        if self.items > MAX_ITEMS:
            raise WireError(f"more than {MAX_ITEMS:,} items")
        if depth > MAX_DEPTH:
            raise WireError(f"nested more than {MAX_DEPTH} levels deep")
        match bytes(self.take(1)):
            case b"N":
                return None
            case b"T":
                return True
            case b"F":
                return False
            case b"i":
                return self.integer()
            case b"d":
                return _DOUBLE.unpack(self.take(8))[0]
            case b"c":
                return complex(*_COMPLEX.unpack(self.take(16)))
            case b"s":
                return str(self.sized(), "utf-8", "replace")
            case b"b":
                return bytes(self.sized())
            case b"l":
                return [self.value(depth + 1) for _ in range(self.count())]
            case b"t":
                return tuple(self.value(depth + 1) for _ in range(self.count()))
            case b"m":
                return self.mapping(depth)
            case b"a":
                return self.array()
            case b"g":
                array = self.array()
                if array.ndim:
                    raise WireError("a scalar with a shape")
                return array[()]
            case b"h":
                number, name = self.value(depth + 1), self.value(depth + 1)
                if type(number) is not int or type(name) is not str:
                    raise WireError("a malformed handle")
                return self.reference(HandleRef(number, name[:200]))
            case b"f":
                number = self.value(depth + 1)
                if type(number) is not int:
                    raise WireError("a malformed callback")
                return self.reference(CallbackRef(number))
            case b"r":
                numbers = [self.value(depth + 1) for _ in range(4)]
                if any(type(number) is not int for number in numbers):
                    raise WireError("a malformed generator state")
                return self.reference(GeneratorState(*numbers))
            case tag:
                raise WireError(f"unknown tag {tag!r}")

    def reference(self, reference: HandleRef | CallbackRef | GeneratorState) -> Any:
        self.references += 1
        if self.references > MAX_REFERENCES:
            raise WireError(f"more than {MAX_REFERENCES:,} things that are not plain data")
        return self.revive(reference)

    def count(self) -> int:
        count = int(_COUNT.unpack(self.take(4))[0])
        if count > len(self.data) - self.position:  # every item takes a byte at least
            raise WireError("cut short")
        return count

    def sized(self) -> memoryview:
        return self.take(_LENGTH.unpack(self.take(8))[0])

    def integer(self) -> int:
        size = self.count()
        if size > MAX_INT_BYTES:
            raise WireError(f"an integer of more than {MAX_INT_BYTES} bytes")
        return int.from_bytes(self.take(size), "little", signed=True)

    def mapping(self, depth: int) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        count = self.count()
        self.keys += count
        if self.keys > MAX_KEYS:
            raise WireError(f"more than {MAX_KEYS:,} dict keys")
        for _ in range(count):
            key = self.value(depth + 1)
            _check_key(key)
            result[key] = self.value(depth + 1)
        return result

    def array(self) -> np.ndarray:
        code = bytes(self.take(self.take(1)[0])).decode("ascii", "replace")
        if code not in DTYPES:
            raise WireError(f"arrays of dtype {code!r} cannot cross")
        dtype = np.dtype(code)
        shape = tuple(_LENGTH.unpack(self.take(8))[0] for _ in range(self.take(1)[0]))
        if 0 in shape and math.prod(filter(None, shape)) > MAX_EMPTY:
            raise WireError(f"an empty array of more than {MAX_EMPTY:,} rows or columns")
        content = self.take(math.prod(shape) * dtype.itemsize)
        try:
            if dtype.kind == "b":  # any other byte would be neither True nor False
                return (np.frombuffer(content, np.uint8) != 0).reshape(shape)
            return np.frombuffer(content, dtype).reshape(shape).copy()
        except (
            ValueError,
            OverflowError,
        ) as error:  # more dimensions or a larger empty shape than NumPy takes
            raise WireError(str(error)) from None

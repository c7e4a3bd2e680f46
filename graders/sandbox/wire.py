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
from collections.abc import Callable, Sequence
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

_COUNTED = struct.Struct("<cI")  # a tag and how many items or bytes follow
_SIZED = struct.Struct("<cQ")
_LENGTH = struct.Struct("<Q")
_COUNT = struct.Struct("<I")
_BYTE = struct.Struct("<B")
_DOUBLE = struct.Struct("<d")
_COMPLEX = struct.Struct("<dd")
_DTYPE_OF = {np.dtype(code).str.encode(): np.dtype(code) for code in DTYPES}
_CODE_OF = {dtype: bytes([len(code)]) + code for code, dtype in _DTYPE_OF.items()}


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


Keep = Callable[[Any], Any] | None


def _encode(value: Any, out: list[bytes], keep: Keep, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise WireError(f"nested more than {MAX_DEPTH} levels deep")
    # exact types only: a subclass may behave as it likes
    _ENCODERS.get(type(value), _encode_other)(value, out, keep, depth)


def _encode_none(value: None, out: list[bytes], keep: Keep, depth: int) -> None:
    out.append(b"N")


def _encode_bool(value: bool, out: list[bytes], keep: Keep, depth: int) -> None:
    out.append(b"T" if value else b"F")


def _encode_int(value: int, out: list[bytes], keep: Keep, depth: int) -> None:
    size = value.bit_length() // 8 + 1
    if size > MAX_INT_BYTES:
        raise WireError(f"an integer of more than {MAX_INT_BYTES} bytes")
    out.append(_COUNTED.pack(b"i", size) + value.to_bytes(size, "little", signed=True))


def _encode_float(value: float, out: list[bytes], keep: Keep, depth: int) -> None:
    out.append(b"d" + _DOUBLE.pack(value))


def _encode_complex(value: complex, out: list[bytes], keep: Keep, depth: int) -> None:
    out.append(b"c" + _COMPLEX.pack(value.real, value.imag))


def _encode_text(value: str, out: list[bytes], keep: Keep, depth: int) -> None:
    content = value.encode("utf-8", "replace")
    out += (_SIZED.pack(b"s", len(content)), content)


def _encode_bytes(value: bytes, out: list[bytes], keep: Keep, depth: int) -> None:
    out += (_SIZED.pack(b"b", len(value)), value)


def _encode_sequence(value: Sequence[Any], out: list[bytes], keep: Keep, depth: int) -> None:
    out.append(_COUNTED.pack(b"l" if type(value) is list else b"t", len(value)))
    for item in value:
        _encode(item, out, keep, depth + 1)


def _encode_dict(value: dict[Any, Any], out: list[bytes], keep: Keep, depth: int) -> None:
    if len(value) > MAX_KEYS:
        raise WireError(f"a dict of more than {MAX_KEYS:,} keys")
    out.append(_COUNTED.pack(b"m", len(value)))
    for key, item in value.items():
        if isinstance(key, np.integer | np.floating | np.bool_):
            key = key.item()  # equal, and of the same hash
        _check_key(key)
        _encode(key, out, None, depth + 1)
        _encode(item, out, keep, depth + 1)


def _check_key(key: Any) -> None:
    """Keys that cannot be chosen to collide by thousands: a dict's cost would be quadratic."""
    if type(key) not in KEYS:
        raise WireError(f"a dict key of type {type(key).__name__}")
    if type(key) is int and key.bit_length() > 64:
        raise WireError("a dict key of more than 64 bits")
    if isinstance(key, str | bytes) and len(key) > MAX_KEY_CHARACTERS:
        raise WireError(f"a dict key of more than {MAX_KEY_CHARACTERS:,} characters")


def _encode_array(value: np.ndarray, out: list[bytes], keep: Keep, depth: int) -> None:
    if value.dtype.kind in "biufc":
        _array(b"a", value, out)
    else:
        _encode_other(value, out, keep, depth)


def _array(tag: bytes, array: np.ndarray, out: list[bytes]) -> None:
    code = _CODE_OF.get(array.dtype)
    if code is None:
        native = array.dtype.newbyteorder("=")
        if native not in _CODE_OF:  # longdouble and its complex
            native = np.dtype("D" if native.kind == "c" else "d")
        array, code = array.astype(native), _CODE_OF[native]
    shape = array.shape
    out += (tag, code, struct.pack(f"<B{len(shape)}Q", len(shape), *shape), array.tobytes())


def _encode_handle(value: HandleRef, out: list[bytes], keep: Keep, depth: int) -> None:
    out.append(b"h")
    _encode(value.number, out, None, depth)
    _encode(value.type_name, out, None, depth)


def _encode_callback(value: CallbackRef, out: list[bytes], keep: Keep, depth: int) -> None:
    out.append(b"f")
    _encode(value.number, out, None, depth)


def _encode_generator(value: GeneratorState, out: list[bytes], keep: Keep, depth: int) -> None:
    out.append(b"r")
    for number in (value.state, value.inc, value.has_uint32, value.uinteger):
        _encode(number, out, None, depth)


def _encode_other(value: Any, out: list[bytes], keep: Keep, depth: int) -> None:
    if isinstance(value, np.generic) and value.dtype.kind in "biufc":
        _array(b"g", np.asarray(value), out)
    elif keep is not None:
        _encode(keep(value), out, None, depth)
    else:
        raise WireError(f"{type(value).__name__} is not plain data")


_ENCODERS: dict[type, Callable[[Any, list[bytes], Keep, int], None]] = {
    type(None): _encode_none,
    bool: _encode_bool,
    int: _encode_int,
    float: _encode_float,
    complex: _encode_complex,
    str: _encode_text,
    bytes: _encode_bytes,
    list: _encode_sequence,
    tuple: _encode_sequence,
    dict: _encode_dict,
    np.ndarray: _encode_array,
    HandleRef: _encode_handle,
    CallbackRef: _encode_callback,
    GeneratorState: _encode_generator,
}


def decode(data: bytes | bytearray | memoryview, revive: Callable[[Any], Any] | None = None) -> Any:
    """The value that ``encode`` was given, its references passed through ``revive``.

    Raises:
        WireError: anything but one complete, bounded, well-formed value.
    """
    reader = _Reader(memoryview(data), revive or (lambda reference: reference))
    try:
        value = reader.value(0)
    except (struct.error, IndexError):
        raise WireError("cut short") from None
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

    def value(self, depth: int) -> Any:
        self.items += 1
        if self.items > MAX_ITEMS:
            raise WireError(f"more than {MAX_ITEMS:,} items")
        if depth > MAX_DEPTH:
            raise WireError(f"nested more than {MAX_DEPTH} levels deep")
        tag = self.data[self.position]
        self.position += 1
        read = _READERS.get(tag)
        if read is None:
            raise WireError(f"unknown tag {tag:#04x}")
        return read(self, depth)

    def number(self, form: struct.Struct) -> int:
        """A count or a length."""
        (value,) = form.unpack_from(self.data, self.position)
        self.position += form.size
        return int(value)

    def take(self, size: int) -> memoryview:
        end = self.position + size
        if end > len(self.data):
            raise WireError("cut short")
        piece = self.data[self.position : end]
        self.position = end
        return piece

    def count(self) -> int:
        count = self.number(_COUNT)
        if count > len(self.data) - self.position:  # every item takes a byte at least
            raise WireError("cut short")
        return count

    def none(self, depth: int) -> None:
        return None

    def true(self, depth: int) -> bool:
        return True

    def false(self, depth: int) -> bool:
        return False

    def integer(self, depth: int) -> int:
        size = self.count()
        if size > MAX_INT_BYTES:
            raise WireError(f"an integer of more than {MAX_INT_BYTES} bytes")
        return int.from_bytes(self.take(size), "little", signed=True)

    def double(self, depth: int) -> float:
        (value,) = _DOUBLE.unpack(self.take(8))
        return float(value)

    def complex(self, depth: int) -> complex:
        return complex(*_COMPLEX.unpack(self.take(16)))

    def text(self, depth: int) -> str:
        return str(self.take(self.number(_LENGTH)), "utf-8", "replace")

    def bytes(self, depth: int) -> bytes:
        return bytes(self.take(self.number(_LENGTH)))

    def list(self, depth: int) -> list[Any]:
        return [self.value(depth + 1) for _ in range(self.count())]

    def tuple(self, depth: int) -> tuple[Any, ...]:
        return tuple([self.value(depth + 1) for _ in range(self.count())])

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

    def array(self, depth: int) -> np.ndarray:
        code = self.take(self.number(_BYTE)).tobytes()
        dtype = _DTYPE_OF.get(code)
        if dtype is None:
            raise WireError(f"arrays of dtype {code!r} cannot cross")
        dimensions = self.number(_BYTE)
        shape = struct.unpack(f"<{dimensions}Q", self.take(8 * dimensions))
        if 0 in shape and math.prod(filter(None, shape)) > MAX_EMPTY:
            raise WireError(f"an empty array of more than {MAX_EMPTY:,} rows or columns")
        content = self.take(math.prod(shape) * dtype.itemsize)
        try:
            if dtype.kind == "b":  # any other byte would be neither True nor False
                return np.ndarray(shape, np.uint8, content).astype(bool)
            return np.ndarray(shape, dtype, content).copy()
        except (
            ValueError,
            OverflowError,
        ) as error:  # more dimensions or a larger empty shape than NumPy takes
            raise WireError(str(error)) from None

    def scalar(self, depth: int) -> Any:
        array = self.array(depth)
        if array.ndim:
            raise WireError("a scalar with a shape")
        return array[()]

    def handle(self, depth: int) -> Any:
        number, name = self.value(depth + 1), self.value(depth + 1)
        if type(number) is not int or type(name) is not str:
            raise WireError("a malformed handle")
        return self.reference(HandleRef(number, name[:200]))

    def callback(self, depth: int) -> Any:
        number = self.value(depth + 1)
        if type(number) is not int:
            raise WireError("a malformed callback")
        return self.reference(CallbackRef(number))

    def generator(self, depth: int) -> Any:
        numbers = [self.value(depth + 1) for _ in range(4)]
        if any(type(number) is not int for number in numbers):
            raise WireError("a malformed generator state")
        return self.reference(GeneratorState(*numbers))

    def reference(self, reference: HandleRef | CallbackRef | GeneratorState) -> Any:
        self.references += 1
        if self.references > MAX_REFERENCES:
            raise WireError(f"more than {MAX_REFERENCES:,} things that are not plain data")
        return self.revive(reference)


_READERS: dict[int, Callable[[_Reader, int], Any]] = {
    ord("N"): _Reader.none,
    ord("T"): _Reader.true,
    ord("F"): _Reader.false,
    ord("i"): _Reader.integer,
    ord("d"): _Reader.double,
    ord("c"): _Reader.complex,
    ord("s"): _Reader.text,
    ord("b"): _Reader.bytes,
    ord("l"): _Reader.list,
    ord("t"): _Reader.tuple,
    ord("m"): _Reader.mapping,
    ord("a"): _Reader.array,
    ord("g"): _Reader.scalar,
    ord("h"): _Reader.handle,
    ord("f"): _Reader.callback,
    ord("r"): _Reader.generator,
}

"""Reading what a submission sends: every answer, and every argument that a test's function gets.

Tests hand answers to NumPy, and NumPy gives every entry of a list of texts the room that its
longest needs: four megabytes of them become seven gigabytes of array. So what would grow like
that is refused here, before any test sees it. What a frame of n bytes becomes, and any array that
NumPy makes of it, takes at most ``MOST_GROWTH`` * n bytes and ``TEXT_CHARACTERS`` beside.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from graders.sandbox import wire

MOST_GROWTH = 64  # a 0-d array of one bool is 7 bytes on the wire and 220 in memory
TEXT_CHARACTERS = 4_000_000  # of an array of texts; NumPy takes four bytes for each
NUMBER_CHARACTERS = 64  # what NumPy reserves for a number among texts; a complex one takes most
# An entry takes a byte at least, and so does a character: n bytes give n entries of n characters.
SHORT = math.isqrt(TEXT_CHARACTERS)  # bytes in which there cannot be too much

_NUMBERS = frozenset({type(None), bool, int, float, complex})
_TEXTS = frozenset({str, bytes})


def read(content: bytes | bytearray, revive: Callable[[Any], Any]) -> Any:
    """The value that a frame holds.

    Raises:
        wire.WireError: not one plain value, or one that NumPy would blow up.
    """
    value = wire.decode(content, revive)
    if len(content) > SHORT:
        _as_array(value)
    return value


def _as_array(value: Any) -> tuple[tuple[int, ...] | None, int]:
    """The shape of the array that NumPy would make of ``value``, and its longest text.

    Returns:
        shape: None where there is no such array, because the lists in it are ragged.
        width: in characters; 0 where there is no text, and so no entry that grows with another.

    Raises:
        wire.WireError: an array of texts, here or inside, of more than ``TEXT_CHARACTERS``.
    """
    kind = type(value)
    if kind is list or kind is tuple:
        shape, width = _of_sequence(value)
        size = 1
        for length in shape or ():
            size *= length
        if shape is not None and width and size * max(width, NUMBER_CHARACTERS) > TEXT_CHARACTERS:
            raise wire.WireError(f"texts of more than {TEXT_CHARACTERS:,} characters in an array")
        return shape, width
    if kind is dict:
        for item in value.values():
            _as_array(item)
        return (), 0  # one object to NumPy, whatever is in it
    return (value.shape if kind is np.ndarray else ()), (len(value) if kind in _TEXTS else 0)


def _of_sequence(items: list[Any] | tuple[Any, ...]) -> tuple[tuple[int, ...] | None, int]:
    kinds = set(map(type, items))
    if kinds <= _NUMBERS:  # the usual list, and it may have a million of them
        return (len(items),), 0
    parts = [_as_array(item) for item in items]
    shapes = {shape for shape, _ in parts}
    inner = shapes.pop() if len(shapes) == 1 else None
    width = max(width for _, width in parts)
    return (None if inner is None else (len(items), *inner)), width

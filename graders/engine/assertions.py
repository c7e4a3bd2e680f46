"""What a student may read of a failed assertion: never an expected value, never a test's code."""

from __future__ import annotations

import re
from pathlib import Path
from types import TracebackType

import numpy.testing

_NUMPY_TESTING = Path(numpy.testing.__file__).parent
_SHAPES = re.compile(r"\(shapes? (\(.*?\)), (\(.*?\)) mismatch\)")
_COUNT = re.compile(r"Mismatched elements: (\d+ / \d+)")
_FIRST = re.compile(r"^ (\[[\d, ]+\]): ", re.MULTILINE)


def explain(error: AssertionError) -> str:
    """The author's own message, or what NumPy found without the values it compared."""
    text = str(error.args[0]) if error.args else ""
    if not _raised_in_numpy(error.__traceback__):
        return text or "the answer is not right"
    if shapes := _SHAPES.search(text):
        return f"the answer has shape {shapes[1]} where {shapes[2]} was expected"
    for kind in ("nan", "inf"):
        if f"{kind} location mismatch" in text:
            return f"{kind} where a number was expected, or the other way round"
    if count := _COUNT.search(text):
        first = _FIRST.search(text)
        where = f", the first at {first[1]}" if first else ""
        return f"{count[1].replace(' / ', ' of ')} entries differ{where}"
    return "the answer differs from what was expected"


def _raised_in_numpy(traceback: TracebackType | None) -> bool:
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None:
        return False
    return Path(traceback.tb_frame.f_code.co_filename).is_relative_to(_NUMPY_TESTING)

"""IPython's magics, shell lines and help, which no grade depends on, taken out of a cell."""

from __future__ import annotations

import re
from types import CodeType

_RUNS_ITS_CELL = frozenset({"time", "timeit", "capture", "prun"})
_CELL_MAGIC = re.compile(r"\s*%%(\w+)[^\n]*")
_LINE = re.compile(r"^([ \t\f]*)(?:[%!].*|[\w.]+\?{1,2}[ \t]*|\?{1,2}[\w.]+[ \t]*)$", re.MULTILINE)
_ASSIGNMENT = re.compile(r"^([ \t\f]*[\w.]+[ \t]*=[ \t]*)[%!].*$", re.MULTILINE)


def without_magics(source: str) -> str:
    """``source`` with the same line numbers and no notebook syntax."""
    if magic := _CELL_MAGIC.match(source):
        if magic[1] not in _RUNS_ITS_CELL:
            return ""
        source = source[: magic.start()] + magic[0].count("\n") * "\n" + source[magic.end() :]
    return _ASSIGNMENT.sub(r"\1None", _LINE.sub(r"\1pass", source))


def compile_cell(source: str, filename: str) -> CodeType:
    """A code object; notebook syntax is looked for only in what is not Python.

    Raises:
        SyntaxError, ValueError: not Python without the magics either.
    """
    try:
        return compile(source, filename, "exec")
    except SyntaxError as error:
        plain = without_magics(source)
        if plain == source:
            raise
        try:
            return compile(plain, filename, "exec")
        except SyntaxError:
            raise error from None

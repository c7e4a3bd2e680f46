"""A cell, run as Jupyter runs it: ``await`` works, and magics, on which no grade depends, do not.

IPython's magics, shell lines and help are taken out.
"""

from __future__ import annotations

import ast
import functools
import inspect
import re
from types import CodeType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

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


def compile_cell(source: str, filename: str, flags: int = 0) -> CodeType:
    """A code object; notebook syntax is looked for only in what is not Python.

    Raises:
        SyntaxError, ValueError: not Python without the magics either.
    """
    try:
        return compile(source, filename, "exec", flags)
    except SyntaxError as error:
        plain = without_magics(source)
        if plain == source:
            raise
        try:
            return compile(plain, filename, "exec", flags)
        except SyntaxError:
            raise error from None


def run_cell(source: str, filename: str, namespace: dict[str, Any], *, notebook: bool) -> None:
    """Run a cell as Jupyter does, or a part of a script as Python does.

    Raises:
        BaseException: whatever the cell raises, or that it is not Python.
    """
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT if notebook else 0
    code = compile_cell(source, filename, flags)
    result = eval(code, namespace)
    if code.co_flags & inspect.CO_COROUTINE:  # it awaits something
        event_loop().run_until_complete(result)


@functools.cache
def event_loop() -> AbstractEventLoop:
    """One for all cells: what a cell begins, another may await."""
    import asyncio  # half as long as all else at the start of a submission, and rarely needed

    return asyncio.new_event_loop()

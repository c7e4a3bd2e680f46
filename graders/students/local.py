"""``student`` without a sandbox: the student's code in this very process.

For a student's own machine, where it is their code and their files. Never used for grades.
"""

from __future__ import annotations

import copy
import linecache
import sys
import traceback
from collections.abc import Callable
from types import ModuleType
from typing import Any

from graders.engine.cells import Code
from graders.engine.results import NOT_WRITTEN
from graders.engine.student import Call, StudentError
from graders.sandbox.magics import compile_cell


class LocalStudent:
    """The names of ``namespace``, with the interface of ``graders.engine.student.Student``.

    Args:
        problems: where a cell stopped -> why, for names that are missing because of it.
    """

    def __init__(self, namespace: dict[str, Any], problems: dict[str, str] | None = None) -> None:
        self._namespace = namespace
        self._problems = problems or {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name not in self._namespace:
            why = "".join(f"; {place}: {text}" for place, text in self._problems.items())
            raise StudentError(f"there is no {name} in your file{why}")
        value = self._namespace[name]
        return self._guarded(value) if callable(value) else value

    def after(self, function: str, *args: Any, **kwargs: Any) -> Call:
        """Call ``function`` and also return its arguments as they are afterwards."""
        args, kwargs = copy.deepcopy((args, kwargs))
        return Call(getattr(self, function)(*args, **kwargs), tuple(args), kwargs)

    def tool(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """Call a function of ``graders.sandbox.torch_tools``."""
        from graders.sandbox import torch_tools  # PyTorch, for the assignments that use it

        return self._guarded(getattr(torch_tools, name))(*args, **kwargs)

    def _guarded(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            try:
                return function(*args, **kwargs)
            except (Exception, SystemExit) as error:
                raise StudentError(describe(error, self._namespace)) from error

        return call


def load(name: str, code: Code) -> LocalStudent:
    """Run a file's cells as a module called ``name``; a cell that fails is passed over.

    Raises:
        StudentError: the file is not Python; the text shows the line.
    """
    module = ModuleType(name)
    sys.modules[name] = module
    problems = {}
    if code.whole:
        try:
            compile(code.whole, code.cells[0].file if code.cells else name, "exec")
        except (SyntaxError, ValueError) as error:
            raise StudentError(describe(error, module.__dict__)) from None
    for cell in code.cells:
        source = (len(cell.source), None, cell.source.splitlines(keepends=True), cell.file)
        linecache.cache[cell.file] = source
        try:
            exec(compile_cell(cell.source, cell.file), module.__dict__)
        except (Exception, SystemExit) as error:
            problems[cell.label] = describe(error, module.__dict__)
    return LocalStudent(module.__dict__, problems)


def describe(error: BaseException, namespace: dict[str, Any]) -> str:
    """One line: what was raised, and the last line of the student's own that led there."""
    if isinstance(error, NotImplementedError) and not str(error):
        return NOT_WRITTEN
    if isinstance(error, SyntaxError):
        line = (error.text or "").strip()
        return f"{type(error).__name__}: {error.msg} (line {error.lineno}: {line})"
    where = ""
    for frame, line_number in traceback.walk_tb(error.__traceback__):
        if frame.f_globals is namespace:
            source = linecache.getline(frame.f_code.co_filename, line_number).strip()
            where = f" (line {line_number}: {source})"
    said = str(error)
    return f"{type(error).__name__}{': ' if said else ''}{said}{where}"

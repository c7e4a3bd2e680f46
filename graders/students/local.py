"""``student`` without a sandbox: the student's code in this very process.

For a student's own machine, where it is their code and their files. Never used for grades.
"""

from __future__ import annotations

import copy
import linecache
import sys
import traceback
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager, nullcontext
from types import FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from graders.engine.cells import Code
from graders.engine.names import did_you_mean
from graders.engine.results import NOT_THERE, NOT_WRITTEN
from graders.engine.student import Call, StudentError
from graders.sandbox.magics import run_cell

Watch = Callable[[str], AbstractContextManager[object]]
"""What is entered while something of the student's runs, by the name of that."""

IN_A_FILE = "in your file{meant}"
IN_A_NOTEBOOK = "yet: run the cell that defines it, then this one again{meant}"


class LocalStudent:
    """The names of ``namespace``, with the interface of ``graders.engine.student.Student``.

    As across the sandbox's wall, plain data is copied on the way in and on the way out: what a
    function does to an array later changes nothing that a test holds.

    Args:
        asked: the names that the assignment asks for.
        missing: how a message says that a name is not there.
    """

    def __init__(
        self,
        namespace: dict[str, Any],
        asked: Collection[str],
        missing: str = IN_A_NOTEBOOK,
        watch: Watch = nullcontext,
    ) -> None:
        self._namespace = namespace
        self._asked = asked
        self._missing = missing
        self._watch = watch

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name not in self._namespace:
            meant = did_you_mean(name, list(self._namespace), self._asked)
            raise StudentError(f"{NOT_THERE} {name} {self._missing.format(meant=meant)}")
        value = self._namespace[name]
        if not callable(value):
            return _copied(value)
        return lambda *args, **kwargs: self._call(name, value, args, kwargs).result

    def after(self, function: str, *args: Any, **kwargs: Any) -> Call:
        """Call ``function`` and also return its arguments as they are afterwards."""
        getattr(self, function)
        return self._call(function, self._namespace[function], args, kwargs)

    def tool(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """Call a function of ``graders.sandbox.tools``."""
        from graders.sandbox.tools import tool  # PyTorch, for the assignments that use it

        return self._call(name, tool(name), args, kwargs).result

    def _call(
        self, name: str, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Call:
        args, kwargs = self._handed_in(args), self._handed_in(kwargs)
        try:
            with self._watch(name):
                result = function(*args, **kwargs)
        except (Exception, SystemExit) as error:
            if isinstance(error, StudentError):
                raise
            raise StudentError(describe(error, self._namespace)) from error
        return Call(_copied(result), args, kwargs)

    def _handed_in(self, value: Any) -> Any:
        """A copy for the student's code, which calls a test's functions with copies, too."""
        if type(value) in (FunctionType, MethodType):
            if getattr(value, "__globals__", None) is self._namespace:
                return value  # the student's own, on its way back
            return lambda *args, **kwargs: _copied(value(*_copied(args), **_copied(kwargs)))
        return _copied(value, self._handed_in)


def _copied(value: Any, inner: Callable[[Any], Any] | None = None) -> Any:
    """Plain data as new objects; anything else, in which copies may differ, as it is."""
    inner = inner or _copied
    kind = type(value)
    if kind is np.ndarray:
        return value.copy()
    if kind is list or kind is tuple:
        return kind(inner(item) for item in value)
    if kind is dict:
        return {key: inner(item) for key, item in value.items()}
    if kind is np.random.Generator:
        return copy.deepcopy(value)
    return value


def load(
    name: str,
    code: Code,
    asked: Collection[str] = (),
    watch: Watch = nullcontext,
    passed_over: Mapping[str, str] | None = None,
) -> tuple[LocalStudent, dict[str, str]]:
    """Run a file's cells as a module called ``name``; a cell that fails is passed over.

    Args:
        passed_over: cells that are not to be run -> why.

    Returns:
        The module, and the cells that did not run to their end -> why.

    Raises:
        StudentError: the file is not Python; the text shows the line.
    """
    module = ModuleType(name)
    sys.modules[name] = module
    problems = dict(passed_over or {})
    if code.whole:
        file = code.cells[0].file if code.cells else f"{name}.py"
        _remember(file, code.whole)
        try:
            compile(code.whole, file, "exec")
        except (SyntaxError, ValueError) as error:
            raise StudentError(describe(error, module.__dict__)) from None
    for cell in code.cells:
        if cell.label in problems:
            continue
        if not code.whole:
            _remember(cell.file, cell.source)
        try:
            with watch(cell.label):
                run_cell(cell.source, cell.file, module.__dict__, notebook=not code.whole)
        except (Exception, SystemExit) as error:
            problems[cell.label] = describe(error, module.__dict__)
    return LocalStudent(module.__dict__, asked, IN_A_FILE, watch), problems


def _remember(file: str, source: str) -> None:
    """Let tracebacks show the lines of a file: of all its parts, which run one by one."""
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)


def describe(error: BaseException, namespace: dict[str, Any]) -> str:
    """One line: what was raised, and the last line of the student's own that led there."""
    if isinstance(error, NotImplementedError) and not str(error):
        return NOT_WRITTEN
    if isinstance(error, SyntaxError) and error.lineno:
        file = error.filename or ""
        line = error.text or linecache.getline(file, error.lineno)
        return f"{type(error).__name__}: {error.msg} ({_place(file, error.lineno)}{line.strip()})"
    where = ""
    for frame, number in traceback.walk_tb(error.__traceback__):
        if frame.f_globals is namespace:
            file = frame.f_code.co_filename
            where = f" ({_place(file, number)}{linecache.getline(file, number).strip()})"
    said = str(error)
    return f"{type(error).__name__}{': ' if said else ''}{said}{where}"


def _place(file: str, number: int) -> str:
    """The line as the student finds it: of a script, or of a notebook's cell."""
    if file.startswith("cell "):
        return f"{file} line {number}: "
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    named = shell.compile.format_code_name(file) if shell else None  # ("Cell", "In[3]")
    return f"{named[0].lower()} {named[1]} line {number}: " if named else f"line {number}: "

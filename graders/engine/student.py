"""``student``: what a hidden test sees of a submission.

``student.softmax(x)`` runs the student's function in the sandbox and returns plain data. What
cannot be plain (a closure, an instance) comes back as a :class:`Handle`, good for passing in
again. ``student.after("sgd", w, dw)`` also tells how the function left its arguments.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from graders.engine.cells import Cell, Code
from graders.engine.names import did_you_mean
from graders.engine.printable import cut
from graders.engine.results import NOT_THERE, NOT_WRITTEN
from graders.sandbox import wire
from graders.sandbox.limits import Limits
from graders.sandbox.sandbox import ByTool, Died, Sandbox, Session

SHOWN_CHARACTERS = 200
SHOWN_PROBLEMS = 3  # cells that failed, told where something is missing
KEPT_PROBLEMS = 20
MOST_TIMEOUTS = 2  # of one function, after which it is not called again
MAX_LIVES = 200  # interpreters that a submission may end: starting one is not on its clock


class StudentError(Exception):
    """The student's code raised, crashed, or is not there. The text is meant for the student."""


class StudentTimeout(Exception):
    """The student's code exceeded a limit on time. The text is meant for the student."""


@dataclass(frozen=True)
class Call:
    """A result together with the arguments as the function left them."""

    result: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


class Student:
    """The student's module, seen through the sandbox. Attributes are the module's own."""

    def __init__(self, submission: Submission) -> None:
        self._submission = submission

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if self._submission.is_function(name):
            return Function(self._submission, name)
        return self._submission.request("get", None, name)

    def after(self, function: str, *args: Any, **kwargs: Any) -> Call:
        """Call ``function`` and also return its arguments as they are afterwards."""
        self._submission.is_function(function)
        return Call(*self._submission.request("call", None, function, list(args), kwargs, True))

    @contextmanager
    def replacing(self, functions: dict[str, Callable[..., Any]]) -> Iterator[None]:
        """As long as this lasts, the student's code that calls these names reaches ``functions``.

        They run here, on whatever the student's code hands them.
        """
        self._submission.replacements = functions
        try:
            yield
        finally:
            self._submission.replacements = {}

    def tool(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """Call a function of ``graders.sandbox.tools`` on the student's side."""
        return self._submission.request("tool", None, name, list(args), kwargs)


class Function:
    """One function of the student's module."""

    def __init__(self, submission: Submission, name: str) -> None:
        self._submission = submission
        self.__name__ = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._submission.request("call", None, self.__name__, list(args), kwargs, False)


class Handle:
    """Something of the student's that stays in the sandbox; methods and calls go there."""

    def __init__(self, submission: Submission, ref: wire.HandleRef, life: int) -> None:
        self._submission = submission
        self._ref = ref
        self._life = life

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._submission.request("call", self, None, list(args), kwargs, False)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._submission.request("get", self, name)

    def __bool__(self) -> bool:
        raise TypeError("whether something in the sandbox is true is for the sandbox to say")

    def __repr__(self) -> str:
        return f"<a {self._ref.type_name}>"


class Submission:
    """A submission's code in a sandbox session, brought up again where a call ended it.

    Args:
        asked: the names that the assignment asks for.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        name: str,
        code: Code,
        limits: Limits,
        asked: Collection[str] = frozenset(),
    ) -> None:
        self.sandbox = sandbox
        self.name = name
        self.code = code
        self.limits = limits
        self.asked = asked
        self.used = 0.0
        self.problems: dict[str, str] = {}  # cell label -> why it did not run to its end
        self.fatal: dict[str, str] = {}  # those of them that would end the session again
        self.functions: dict[str, bool] = {}  # public name -> is it callable
        self.session: Session | None = None
        self.loaded = False
        self.asking = False
        self.life = 0  # handles of an earlier life are void
        self.timeouts: Counter[str] = Counter()  # of each function
        self.replacements: dict[str, Callable[..., Any]] = {}  # for the student's own functions

    def __enter__(self) -> Submission:
        return self

    def __exit__(self, *exception: object) -> None:
        if self.session is not None:
            self.session.end()

    def is_function(self, name: str) -> bool:
        """Whether the module's ``name`` can be called.

        Raises:
            StudentError: there is no such name; the text says what stopped it if something did.
        """
        self.load()
        if name not in self.functions:
            meant = did_you_mean(name, self.functions, self.asked)
            why = "".join(f"; {note}" for note in self.notes()[:SHOWN_PROBLEMS])
            raise StudentError(f"{NOT_THERE} {name} in your submission{meant}{why}")
        return self.functions[name]

    def notes(self) -> list[str]:
        """What the student should know of cells that did not run to their end."""
        notes = [f"{cell}: {text}" for cell, text in self.problems.items()]
        more = len(notes) - KEPT_PROBLEMS
        return [*notes[:KEPT_PROBLEMS], *([f"{more} more cells failed"] if more > 0 else [])]

    def request(self, operation: str, handle: Handle | None, *rest: Any) -> Any:
        """A request about the loaded module.

        Raises:
            StudentError, StudentTimeout: it failed, by the student's doing.
        """
        name = _called(operation, handle, *rest)
        if self.timeouts[name] >= MOST_TIMEOUTS:
            raise StudentTimeout(f"not run: {name} was stopped {MOST_TIMEOUTS} times before")
        self.load()
        try:
            if self.replacements and operation in ("call", "tool"):
                return self._exchange("with", self.replacements, operation, handle, *rest)
            return self._exchange(operation, handle, *rest)
        except StudentTimeout:
            self.timeouts[name] += 1
            raise

    def not_code(self) -> str:
        """Why there is nothing to run: no code at all, or a script that is not Python."""
        if not self.code.cells:
            return "your submission holds no code"
        if self.code.whole:
            self.session = self.sandbox.open(self.name)
            try:
                self._exchange("compile", f"{self.name}.py", self.code.whole)
            except (StudentError, StudentTimeout) as error:
                return str(error)
        return ""

    def load(self) -> None:
        """Run the cells, unless that is done. A cell that fails is passed over."""
        while not (self.loaded and self.session is not None and self.session.alive):
            self._check_budget()
            if self.life >= MAX_LIVES:
                raise StudentError(f"not run: your code ended the interpreter {MAX_LIVES} times")
            if self.session is None or not self.session.alive:
                self.session = self.sandbox.open(self.name)
            self.loaded = False
            self.life += 1
            self.problems = dict(self.fatal)
            cells = [cell for cell in self.code.cells if cell.label not in self.fatal]
            if not (self._run_all(cells) if self.life == 1 else self._run_each(cells)):
                continue  # one ended the session: start again without it
            names = self._exchange("names")
            if type(names) is not dict:
                raise StudentError("your submission's names cannot be read")
            self.functions = names
            self.loaded = True

    def _run_all(self, cells: list[Cell]) -> bool:
        """Run the cells in one request; False where the session ended, whichever cell it was."""
        assert self.session is not None
        sources = [(cell.file, cell.source) for cell in cells]
        most = self.limits.submission_seconds / 4  # enough is left to find out which cell it is
        try:
            failures = self._exchange("run_all", sources, most=most)
        except (StudentError, StudentTimeout):
            if self.session.alive:
                self.session.end()
            return False
        if type(failures) is not dict:
            self.session.end()
            return False
        for place, cell in enumerate(cells):
            match failures.get(place):
                case (str(), str(), str(), int(), str(), str()) as failure:
                    self.problems[cell.label] = _raised(*failure)
        return True

    def _run_each(self, cells: list[Cell]) -> bool:
        """Run the cells one by one, up to the first that ends the session."""
        return all(self._run(cell) for cell in cells)

    def _run(self, cell: Cell) -> bool:
        """Run one cell; whether the session survived it."""
        assert self.session is not None
        try:
            self._exchange("run", cell.file, cell.source)
        except (StudentError, StudentTimeout) as error:
            self.problems[cell.label] = str(error)
            if not self.session.alive:
                self.fatal[cell.label] = str(error)
        return self.session.alive

    def _exchange(self, *request: Any, most: float = math.inf) -> Any:
        assert self.session is not None
        if self.asking:  # a test's function was handed something that is not plain data
            raise StudentError("a function that you were given can be called with numbers alone")
        self._check_budget()
        callbacks: list[Callable[..., Any]] = []
        left = self.limits.submission_seconds - self.used
        seconds = min(self.limits.call_seconds, left, most)
        started = time.monotonic()
        self.asking = True
        try:
            message = wire.encode(request, lambda value: self._stand_in(value, callbacks))
            answering = [self._answering(function) for function in callbacks]
            answer = self.session.exchange(message, seconds, self._revive, answering)
        except TimeoutError:
            limit = f"{self.limits.call_seconds:g} s that one call may take"
            if seconds < self.limits.call_seconds:
                limit = f"{self.limits.submission_seconds:g} s that a submission may take"
            raise StudentTimeout(f"stopped after the {limit}") from None
        except Died as error:
            why = error.reason or "your code ended or crashed the interpreter"
            raise StudentError(f"stopped: {why}") from None
        except (wire.WireError, MemoryError) as error:
            why = str(error) or "there is not enough memory for it"
            raise StudentError(f"your answer cannot be read: {why}") from None
        finally:
            self.asking = False
            # no more than it could take, however long the grader itself was stopped
            self.used += min(time.monotonic() - started, seconds)
        match answer:
            case ("result", value, _):
                return value
            case (_, name, text, cell, line, source, printed):
                raise StudentError(_raised(name, text, cell, line, source, printed))

    def _check_budget(self) -> None:
        if self.used >= self.limits.submission_seconds:
            raise StudentTimeout(
                f"not run: the {self.limits.submission_seconds:g} s that a submission may take "
                "were used up before"
            )

    def _stand_in(self, value: Any, callbacks: list[Callable[..., Any]]) -> Any:
        """What stands on the wire for a handle, a generator or a function.

        Raises:
            wire.WireError: ``value`` is none of them, nor plain data.
        """
        if isinstance(value, Handle):
            return self._by_reference(value)
        if isinstance(value, np.random.Generator):
            state: Any = value.bit_generator.state
            return wire.GeneratorState(
                state["state"]["state"],
                state["state"]["inc"],
                state["has_uint32"],
                state["uinteger"],
            )
        if callable(value) and not isinstance(value, type):
            callbacks.append(value)
            return wire.CallbackRef(len(callbacks) - 1)
        raise wire.WireError(f"{type(value).__name__} is not plain data")

    def _by_reference(self, value: Any) -> Any:
        """``value``, or what names it in the sandbox where it is a handle."""
        if not isinstance(value, Handle):
            return value
        if value._life != self.life:
            raise StudentError("a value from before your code was stopped cannot be used")
        return value._ref

    def _answering(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """``function`` for the student's code, which may hand back the handles that it gets."""

        def answer(*args: Any, **kwargs: Any) -> Any:
            result = function(*args, **kwargs)
            if isinstance(result, ByTool):
                return replace(result, args=tuple(map(self._by_reference, result.args)))
            return result

        return answer

    def _revive(self, reference: Any) -> Any:
        if isinstance(reference, wire.HandleRef):
            return Handle(self, reference, self.life)
        raise wire.WireError("a reference that only the grader may send")


def _called(operation: str, handle: Handle | None, name: str | None, *rest: Any) -> str:
    """What a request runs of the student's: a function, or a class through its instance."""
    if operation == "tool":  # which is ours, and is handed the instance
        handle = next((value for value in rest[0] if isinstance(value, Handle)), None)
    return str(name) if handle is None else handle._ref.type_name


def _raised(name: str, text: str, cell: str, line: int, source: str, printed: str) -> str:
    """What the student reads of an exception in their code: a line, cut to a fixed length."""
    if name == "NotImplementedError" and not text:
        return NOT_WRITTEN
    where = f" ({cell} line {line}: {source})" if cell else ""
    raised = cut(f"{name}: {text}" if text else name, SHOWN_CHARACTERS)
    said = f"; printed: {cut(printed, SHOWN_CHARACTERS)}" if printed else ""
    return f"{raised}{cut(where, SHOWN_CHARACTERS)}{said}"

"""Inside the sandbox: one submission. Runs its cells, then answers calls, in plain data.

Nothing in this process is trusted, this file included once student code has run: whatever it
sends is data, and the grader alone decides what the data is worth.
"""

from __future__ import annotations

import builtins
import io
import linecache
import socket
import sys
import traceback
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from graders.sandbox import frames, magics, stand_ins, wire
from graders.sandbox.limits import MIB

PRINTED_CHARACTERS = 10_000
MESSAGE_CHARACTERS = 1000
SOURCE_CHARACTERS = 200


class LimitExceeded(Exception):
    """An answer that is too large to send. The name is part of what the student reads."""


class Printed(io.TextIOBase):
    """Keeps the first characters that student code prints and drops the flood after them."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self.text = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        room = PRINTED_CHARACTERS - len(self.text)
        if room > 0:
            self.text += text[:room]
        return len(text)

    def take(self) -> str:
        text, self.text = self.text, ""
        return text


class Child:
    """One submission's module and what it handed out by reference."""

    def __init__(self, sock: socket.socket, name: str, message_bytes: int) -> None:
        self.sock = sock
        self.message_bytes = message_bytes
        self.module = ModuleType(name)
        self.module.__file__ = f"{name}.py"
        sys.modules[name] = self.module
        self.kept: list[Any] = []
        self.files: set[str] = set()
        self.wholes: set[str] = set()  # files whose lines are all known
        self.lines: dict[str, list[str]] = {}
        self.printed = Printed()
        sys.stdout = sys.stderr = self.printed
        sys.stdin = io.StringIO("")
        stand_ins.install()
        builtins.get_ipython = stand_ins.Inert  # type: ignore[attr-defined]
        builtins.display = print  # type: ignore[attr-defined]

    def serve(self) -> None:
        """Answer requests until the grader hangs up."""
        while True:
            try:
                frame = frames.receive(self.sock, self.message_bytes)
            except EOFError:
                return
            try:
                operation, *arguments = wire.decode(frame, self.revive)
                value = getattr(self, f"do_{operation}")(*arguments)
                answer = self.encode_result(value)
            except BaseException as error:
                answer = self.encode(("error", *describe(error, self.files), self.printed.take()))
            frames.send(self.sock, answer)

    def encode_result(self, value: Any) -> bytes:
        """The answer for ``value``; what cannot cross in it is looked for only where there is any.

        Raises:
            LimitExceeded: it is larger than an answer may be.
        """
        printed = self.printed.take()
        try:
            answer = self.encode(("result", value, printed))
        except (wire.WireError, RecursionError):
            answer = self.encode(("result", self.portable(value), printed))
        if len(answer) > self.message_bytes:
            raise LimitExceeded(f"an answer of more than {self.message_bytes // MIB} MiB")
        return answer

    def do_compile(self, filename: str, source: str) -> None:
        self.remember(filename, source.splitlines(keepends=True))
        self.wholes.add(filename)
        compile(source, filename, "exec")

    def do_run_all(self, cells: list[tuple[str, str]]) -> dict[int, tuple[Any, ...]]:
        """Run every cell; for each that failed, by its place, what a failed request answers."""
        failures = {}
        for place, (filename, source) in enumerate(cells):
            try:
                self.do_run(filename, source)
            except BaseException as error:
                failures[place] = (*describe(error, self.files), self.printed.take())
        return failures

    def do_run(self, filename: str, source: str) -> None:
        self.files.add(filename)
        if filename not in self.wholes:
            self.remember(filename, source.splitlines(keepends=True))
        notebook = not filename.endswith(".py")
        magics.run_cell(source, filename, self.module.__dict__, notebook=notebook)

    def remember(self, filename: str, lines: list[str]) -> None:
        """Let tracebacks show a script's lines, whose parts come one by one under one name."""
        for number, line in enumerate(self.lines.get(filename, [])[: len(lines)]):
            if not lines[number].strip():
                lines[number] = line
        self.lines[filename] = lines
        linecache.cache[filename] = (sum(map(len, lines)), None, lines, filename)

    def do_names(self) -> dict[str, bool]:
        names = dict(self.module.__dict__)  # a copy: a thread of the student's may add to it
        return {str(n): callable(v) for n, v in names.items() if not str(n).startswith("__")}

    def do_get(self, handle: Any, name: str) -> Any:
        return getattr(self.module if handle is None else handle, name)

    def do_call(
        self, handle: Any, name: str | None, args: list[Any], kwargs: dict[str, Any], after: bool
    ) -> Any:
        target: Any = self.module if handle is None else handle
        function = target if name is None else getattr(target, name)
        result = function(*args, **kwargs)
        # a tuple, so that one argument that cannot cross does not keep the others here
        return (result, tuple(args), kwargs) if after else result

    def do_with(self, functions: dict[str, Any], operation: str, *request: Any) -> Any:
        """A request during which the module has ``functions`` in place of its own."""
        names = self.module.__dict__
        own = {name: names[name] for name in functions if name in names}
        names.update(functions)
        try:
            return getattr(self, f"do_{operation}")(*request)
        finally:
            for name in functions:
                names.pop(name, None)
            names.update(own)

    def do_tool(self, _: None, name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
        from graders.sandbox.tools import tool  # there in the torch profile alone

        return tool(name)(*args, **kwargs)

    def portable(self, value: Any) -> Any:
        """``value`` where it can cross; a tuple's members are judged one by one."""
        try:
            self.encode(value)
            return value
        except (wire.WireError, RecursionError):
            if type(value) is tuple:
                return tuple(self.portable(item) for item in value)
            return self.keep(value)

    def encode(self, value: Any) -> bytes:
        return wire.encode(value, self.keep)

    def keep(self, value: Any) -> wire.HandleRef:
        """A reference to ``value``, which stays here."""
        self.kept.append(value)
        return wire.HandleRef(len(self.kept) - 1, type(value).__name__)

    def revive(self, reference: Any) -> Any:
        match reference:
            case wire.HandleRef(number=number):
                return self.kept[number]
            case wire.CallbackRef(number=number):
                return self.callback(number)
            case wire.GeneratorState():
                return generator(reference)

    def callback(self, number: int) -> Callable[..., Any]:
        """A function that lives with the grader."""

        def function(*args: Any, **kwargs: Any) -> Any:
            question = ("callback", number, list(args), kwargs)
            frames.send(self.sock, self.encode(question))
            kind, value = wire.decode(frames.receive(self.sock, self.message_bytes), self.revive)
            if kind == "raise":
                raise ValueError(value)
            if kind == "tool":
                name, arguments = value
                return self.do_tool(None, name, arguments, {})
            return value

        return function


def generator(state: wire.GeneratorState) -> np.random.Generator:
    """The generator that ``state`` describes."""
    bits = np.random.PCG64()
    bits.state = {
        "bit_generator": "PCG64",
        "state": {"state": state.state, "inc": state.inc},
        "has_uint32": state.has_uint32,
        "uinteger": state.uinteger,
    }
    return np.random.Generator(bits)


def describe(error: BaseException, files: set[str]) -> tuple[str, str, str, int, str]:
    """Type, message, and the last place in the student's own code: file, line, its text."""
    name = text_of(type(error).__name__)
    if isinstance(error, SyntaxError) and type(error.filename) is str and error.lineno:
        # what the compiler refuses, not the parser, comes without its line
        line = text_of(error.text or linecache.getline(error.filename, error.lineno)).strip()
        return name, text_of(error.msg), error.filename, int(error.lineno), line[:SOURCE_CHARACTERS]
    place = ("", 0, "")
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename in files:
            place = (frame.filename, frame.lineno or 0, (frame.line or "")[:SOURCE_CHARACTERS])
    return name, text_of(error), *place


def text_of(value: object) -> str:
    """``str(value)``, cut, whatever a student's ``__str__`` does."""
    try:
        return str.__getitem__(str(value), slice(MESSAGE_CHARACTERS))
    except BaseException:
        return ""

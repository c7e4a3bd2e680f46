"""The grader's side of the wall: a sandbox, and the sessions in it."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from graders.errors import BadInput
from graders.sandbox import answers, frames, wire
from graders.sandbox.connection import MEND, Connection, Refused
from graders.sandbox.isolation import Isolation
from graders.sandbox.limits import MIB, Limits
from graders.sandbox.profiles import NUMPY, Profile

# The kernel gives namespaces back a while after their last process ended: where few are allowed,
# the next ones have to wait for that.
RELEASE_SECONDS = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4)


class Died(Exception):
    """The submission's process ended. ``reason`` names the limit it exceeded, if it did."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class ByTool:
    """What a test's function returns to the student's code to have a tool answer it.

    For what cannot cross: ``args`` may hold handles, which that function was called with.
    """

    name: str
    args: tuple[Any, ...]


class Sandbox:
    """Where submissions run, one at a time, in the best form of isolation that works here.

    Args:
        alone: whether this is a container that ends with the submission, in which all else that
            matters is closed to other users than root: then another user may be all the wall.

    Attributes:
        isolation: the form in force.
        reason: why it is not a better one, in the kernel's words, or nothing.

    Raises:
        BadInput: this machine cannot isolate; the message says what to change.
    """

    def __init__(
        self,
        limits: Limits,
        profile: Profile = NUMPY,
        *,
        isolated: bool = True,
        alone: bool = False,
    ) -> None:
        self.limits = limits
        self.profile = profile
        self.isolation = Isolation.NESTED if isolated else Isolation.NONE
        self.reason = ""
        try:
            self.connection = Connection(self.isolation, limits, profile)
        except Refused as error:
            if not isolated:
                raise BadInput(f"a submission's process cannot be made: {error}") from None
            self.isolation, self.reason = Isolation.SINGLE, str(error)
            self.connection = self._single()
        except BadInput as error:
            if not (alone and os.geteuid() == 0):
                raise
            self.isolation, self.reason = Isolation.USER, str(error)
            self.connection = self._other_user()

    def _single(self) -> Connection:
        """A server for one submission alone."""
        for pause in RELEASE_SECONDS:
            try:
                return Connection(Isolation.SINGLE, self.limits, self.profile)
            except BadInput:
                time.sleep(pause)
            except Refused as error:
                raise BadInput(
                    f"the sandbox cannot isolate a submission: {error}. {MEND}"
                ) from None
        return Connection(Isolation.SINGLE, self.limits, self.profile)

    def _other_user(self) -> Connection:
        """A server of root's, whose submissions run as another user."""
        try:
            return Connection(Isolation.USER, self.limits, self.profile)
        except Refused as error:
            raise BadInput(f"{self.reason}; nor can another user be: {error}") from None

    def open(self, name: str) -> Session:
        """A fresh session, for a module called ``name``.

        Raises:
            GraderBroke: the sandbox itself is gone.
        """
        return Session(self, self.connection.spawn(name))

    def end(self) -> str:
        """End the session and return the limit that it exceeded, or nothing."""
        reason = self.connection.end()
        if self.isolation is Isolation.SINGLE:  # nothing of this submission's is left to the next
            self.connection.close()
            self.connection = self._single()
        return reason

    def close(self) -> None:
        self.connection.close()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.close()


class Session:
    """One submission's process, until it ends or is ended."""

    def __init__(self, sandbox: Sandbox, sock: socket.socket) -> None:
        self.sandbox = sandbox
        self.sock = sock
        self.alive = True

    def exchange(
        self,
        request: bytes,
        seconds: float,
        revive: Callable[[Any], Any],
        callbacks: list[Callable[..., Any]],
    ) -> tuple[Any, ...]:
        """Send a request as it is on the wire; answer callbacks until the result comes.

        Raises:
            TimeoutError: no result within ``seconds``; the session is over.
            Died: the process ended; the session is over.
            wire.WireError: what came is not plain data within the limits; the session is over.
        """
        limit = self.sandbox.limits.message_bytes
        try:
            self._send(request, time.monotonic() + seconds)
            deadline = time.monotonic() + seconds  # the clock runs from when it was asked
            received = 0  # with the callbacks' arguments: a test may keep what it got
            while True:
                frame = frames.receive(self.sock, limit, deadline)
                received += len(frame)
                if received > limit:
                    raise wire.WireError(f"more than {limit // MIB} MiB in one call")
                answer = answers.read(frame, revive)
                match answer:
                    case ("callback", int(number), list(args), dict(kwargs)) if (
                        0 <= number < len(callbacks)
                    ):
                        reply = self._call_back(callbacks[number], args, kwargs)
                        self._send(wire.encode(reply), deadline)
                    case ("result", _, str()) | ("error", str(), str(), str(), int(), str(), str()):
                        return answer
                    case _:
                        raise wire.WireError("it is not in the form that answers take")
        except EOFError:
            raise Died(self.end()) from None
        except BaseException:
            self.end()
            raise

    def _send(self, content: bytes, deadline: float) -> None:
        try:
            frames.send(self.sock, content, deadline)
        except TimeoutError:
            raise
        except OSError:
            raise EOFError from None

    def _call_back(
        self, function: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]
    ) -> tuple[str, Any]:
        """What a test's function gives for a student's arguments, which may be anything."""
        try:
            match function(*args, **kwargs):
                case ByTool(name, arguments):
                    return "tool", (name, list(arguments))
                case value:
                    return "value", value
        except Exception as error:
            return "raise", f"{type(error).__name__}: {error}"[:200]

    def end(self) -> str:
        """Kill the submission's processes and return the limit it exceeded, or nothing."""
        if not self.alive:
            return ""
        self.alive = False
        self.sock.close()
        return self.sandbox.end()


def isolation_in_force() -> tuple[Isolation, str]:
    """The form of isolation that this machine has, and why it is not a better one.

    Raises:
        BadInput: it has none; the message says what to change.
    """
    with Sandbox(Limits()) as sandbox:
        return sandbox.isolation, sandbox.reason

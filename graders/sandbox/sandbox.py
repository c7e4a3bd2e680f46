"""The grader's side of the wall: a sandbox, and the sessions in it."""

from __future__ import annotations

import json
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from types import TracebackType
from typing import Any

from graders.errors import BadInput, GraderBroke
from graders.sandbox import bubblewrap, frames, wire
from graders.sandbox.limits import Limits
from graders.sandbox.profiles import NUMPY, Profile

START_SECONDS = 60.0
NAMESPACES = "bubblewrap + user, pid, mount and ipc namespaces a submission"
NONE = "NONE: student code runs as you, with your files and network"


class Died(Exception):
    """The submission's process ended. ``reason`` names the limit it exceeded, if it did."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Sandbox:
    """A warm parent behind the wall, from which sessions are forked, one at a time.

    Raises:
        BadInput: this machine cannot isolate; the message says what to change.
    """

    def __init__(self, limits: Limits, profile: Profile = NUMPY, *, isolated: bool = True) -> None:
        self.limits = limits
        self.isolation = NAMESPACES if isolated else NONE
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        settings = {
            "control": theirs.fileno(),
            "imports": profile.imports,
            "limits": asdict(limits),
            "isolated": isolated,
        }
        wall = bubblewrap.command if isolated else bubblewrap.without_wall
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        with theirs:
            self.process = subprocess.Popen(
                wall(profile.distributions, [json.dumps(settings)]),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=self.errors,
                stderr=self.errors,
                env=bubblewrap.environment(),
            )
        try:
            self.control.settimeout(START_SECONDS)
            if not self.control.recv(16):
                raise ConnectionError
        except OSError:
            self.close()
            raise BadInput(self.why_not()) from None

    def why_not(self) -> str:
        """What the sandbox said when it would not start, and what usually mends it."""
        self.errors.seek(0)
        said = self.errors.read()[-4096:].decode(errors="replace").strip().splitlines()
        return (
            f"the sandbox did not start: {said[-1] if said else 'no message'}. Allow user "
            "namespaces (sysctl kernel.unprivileged_userns_clone=1, user.max_user_namespaces "
            "above 0, on Ubuntu kernel.apparmor_restrict_unprivileged_userns=0) or see "
            "'dlcourse doctor'"
        )

    def open(self, name: str) -> Session:
        """A fresh session, for a module called ``name``.

        Raises:
            BadInput: the kernel refuses namespaces.
            GraderBroke: the sandbox itself is gone.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            answer = self.ask({"op": "spawn", "name": name}, [theirs.fileno()])
        if "error" in answer:
            ours.close()
            raise BadInput(f"the sandbox cannot isolate a submission here: {answer['error']}")
        return Session(self, ours)

    def ask(self, request: dict[str, str], descriptors: list[int]) -> dict[str, str]:
        try:
            socket.send_fds(self.control, [json.dumps(request).encode()], descriptors)
            packet = self.control.recv(4096)
        except OSError as error:
            raise GraderBroke(f"the sandbox does not answer: {error}") from None
        if not packet:
            raise GraderBroke("the sandbox ended")
        answer: dict[str, str] = json.loads(packet)
        return answer

    def close(self) -> None:
        self.control.close()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.close()
        self.errors.close()


class Session:
    """One submission's process, until it ends or is ended."""

    def __init__(self, sandbox: Sandbox, sock: socket.socket) -> None:
        self.sandbox = sandbox
        self.sock = sock
        self.alive = True

    def ask(
        self,
        request: tuple[Any, ...],
        seconds: float,
        revive: Callable[[Any], Any],
        callbacks: list[Callable[..., Any]],
    ) -> tuple[Any, ...]:
        """Send a request; answer callbacks until the result comes.

        Raises:
            TimeoutError: no result within ``seconds``; the session is over.
            Died: the process ended; the session is over.
            wire.WireError: what came is not plain data within the limits; the session is over.
        """
        deadline = time.monotonic() + seconds
        limit = self.sandbox.limits.message_bytes
        try:
            self._send(wire.encode(request), deadline)
            while True:
                answer = wire.decode(frames.receive(self.sock, limit, deadline), revive)
                match answer:
                    case ("callback", int(number), list(args), dict(kwargs)) if (
                        0 <= number < len(callbacks)
                    ):
                        reply = self._call_back(callbacks[number], args, kwargs)
                        self._send(wire.encode(reply), deadline)
                    case ("result", _, str()) | ("error", str(), str(), str(), int(), str(), str()):
                        return answer
                    case _:
                        raise wire.WireError("an answer that is not one")
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
            return "value", function(*args, **kwargs)
        except Exception as error:
            return "raise", f"{type(error).__name__}: {error}"[:200]

    def end(self) -> str:
        """Kill the submission's processes and return the limit it exceeded, or nothing."""
        if not self.alive:
            return ""
        self.alive = False
        self.sock.close()
        return self.sandbox.ask({"op": "end"}, [])["reason"]

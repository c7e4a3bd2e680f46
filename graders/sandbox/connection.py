"""The grader's side of one server behind the wall: its process and its control socket."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import tempfile
from dataclasses import asdict
from typing import Any

from graders.errors import BadInput, GraderBroke
from graders.sandbox import bubblewrap
from graders.sandbox.isolation import Isolation
from graders.sandbox.limits import Limits
from graders.sandbox.profiles import Profile
from graders.sandbox.users import ALONE, STUDENT, is_root, two_users

START_SECONDS = 180.0  # PyTorch took 38 s to import on a machine at ten times its load
MEND = (
    "Allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, user.max_user_namespaces "
    "above 0, on Ubuntu kernel.apparmor_restrict_unprivileged_userns=0); 'dlcourse doctor' tells "
    "what is in force"
)


class Refused(Exception):
    """The server started, but cannot make a child for a submission. The text says why."""


class Connection:
    """A running server. It ends when this is closed, and with the grader's process.

    Raises:
        BadInput: this machine cannot isolate; the message says what to change.
        Refused: it can, but not in this form.
        GraderBroke: the server was killed before it was ready.
    """

    def __init__(self, isolation: Isolation, limits: Limits, profile: Profile) -> None:
        without_wall = isolation in (Isolation.NONE, Isolation.USER)
        as_root = is_root() and not without_wall
        settings = {
            "imports": profile.imports,
            "limits": asdict(limits),
            "isolation": isolation,
            "student": STUDENT if as_root else ALONE if isolation is Isolation.USER else None,
        }
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        users = two_users() if as_root else None
        try:
            self._start(isolation, limits, profile, users, theirs, settings)
        finally:
            theirs.close()
            if users is not None:
                os.close(users)

    def _start(
        self,
        isolation: Isolation,
        limits: Limits,
        profile: Profile,
        users: int | None,
        theirs: socket.socket,
        settings: dict[str, Any],
    ) -> None:
        settings = {**settings, "control": theirs.fileno()}
        command = bubblewrap.command(
            isolation, profile.distributions, limits, users, [json.dumps(settings)]
        )
        with tempfile.TemporaryFile() as errors:
            self.process = subprocess.Popen(
                command,
                pass_fds=[theirs.fileno(), *([] if users is None else [users])],
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                env=bubblewrap.environment(),
            )
            theirs.close()  # so that its end is seen here
            self.control.settimeout(START_SECONDS)
            try:
                greeting = self._receive()
            except GraderBroke:
                self.close()
                status = self.process.returncode
                if status < 0 or status > 128:  # nothing was refused: somebody killed it
                    raise GraderBroke(
                        f"the sandbox was killed as it started (status {status})"
                    ) from None
                errors.seek(0)
                said = errors.read()[-4096:].decode(errors="replace").strip().splitlines()
                raise BadInput(
                    f"the sandbox did not start: {said[-1] if said else 'no message'}. {MEND}"
                ) from None
        if "refused" in greeting:
            self.close()
            raise Refused(greeting["refused"])

    def spawn(self, name: str) -> socket.socket:
        """A new submission's process, for a module called ``name``; the socket leads to it.

        Raises:
            GraderBroke: the server is gone, or the kernel refuses what it allowed before.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            answer = self._command({"op": "spawn", "name": name}, [theirs.fileno()])
        if "error" in answer:
            ours.close()
            raise GraderBroke(f"the sandbox cannot isolate a submission: {answer['error']}")
        return ours

    def end(self) -> str:
        """Kill the submission's processes and return the limit they exceeded, or nothing."""
        return self._command({"op": "end"}, [])["reason"]

    def _command(self, request: dict[str, str], descriptors: list[int]) -> dict[str, str]:
        try:
            socket.send_fds(self.control, [json.dumps(request).encode()], descriptors)
        except OSError as error:
            raise GraderBroke(f"the sandbox does not answer: {error}") from None
        return self._receive()

    def _receive(self) -> dict[str, str]:
        try:
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

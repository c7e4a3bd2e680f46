"""Inside the sandbox: the warm parent. Imports what students need once, then forks.

It never runs a line of a student's. Each submission gets a child in fresh user, pid, mount and
ipc namespaces, with an empty file system of its own, no capabilities, resource limits and a
system call filter; the child speaks to the grader over a socket that the grader passed in, and
never sees this parent's.

It begins with one packet, ``{}`` or ``{"refused": why no child can be made}``. Then requests on
the control socket, one packet each, JSON:
    {"op": "spawn", "name": NAME} + one descriptor   ->  {} or {"error": why}
    {"op": "end"}                                    ->  {"reason": limit exceeded or ""}
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
from pathlib import Path

from graders.sandbox.isolation import Isolation
from graders.sandbox.limits import Limits
from graders.sandbox.spawn import PR_SET_DUMPABLE, become, checked, libc, spawn
from graders.sandbox.usage import Usage

WATCH_SECONDS = 0.05
PR_SET_CHILD_SUBREAPER = 36
MADV_COLLAPSE = 25
LARGE_PAGE = 2 << 20


class Server:
    """One submission at a time: spawn, watch what it uses, end."""

    def __init__(
        self, control: socket.socket, limits: Limits, isolation: Isolation, student: int | None
    ) -> None:
        self.control = control
        self.student = student
        self.isolation = isolation
        self.limits = limits
        self.pid = 0
        self.reason = ""
        self.usage = Usage(student if isolation is Isolation.USER else None)

    def trial(self) -> dict[str, str]:
        """Whether a child can be made here, found out by making one."""
        ours, theirs = socket.socketpair()
        with ours, theirs:
            try:
                self.pid = spawn(
                    "trial", theirs.fileno(), self.limits, self.isolation, self.student
                )
            except OSError as error:
                return {"refused": str(error)}
        self.end()
        return {}

    def run(self) -> None:
        while True:
            ready = select.select([self.control], [], [], WATCH_SECONDS if self.pid else None)[0]
            if self.pid:
                self.watch()
            if ready:
                packet, descriptors, _, _ = socket.recv_fds(self.control, 4096, 1)
                if not packet:
                    break
                answer = self.answer(json.loads(packet), descriptors)
                self.control.send(json.dumps(answer).encode())
        if self.pid:
            self.end()

    def answer(self, request: dict[str, str], descriptors: list[int]) -> dict[str, str]:
        if request["op"] == "end":
            self.watch()
            return {"reason": self.end()}
        try:
            self.pid = spawn(
                request["name"], descriptors[0], self.limits, self.isolation, self.student
            )
        except OSError as error:
            return {"error": str(error)}
        finally:
            os.close(descriptors[0])
        return {}

    def watch(self) -> None:
        """Kill a submission whose processes together exceed what rlimits bound one by one."""
        if self.reason or self.isolation is Isolation.NONE:  # there /proc shows the whole machine
            return
        self.reason = self.usage.exceeded(self.limits)
        if self.reason:
            self.kill()

    def end(self) -> str:
        """Kill the submission and return the limit it exceeded, or nothing."""
        self.kill()
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, 0)
        self.pid, reason, self.reason = 0, self.reason, ""
        return reason

    def kill(self) -> None:
        """Kill every process of the submission's."""
        with contextlib.suppress(ProcessLookupError):
            match self.isolation:
                case Isolation.NESTED:  # the first of its namespace: the kernel ends the others
                    os.kill(self.pid, signal.SIGKILL)
                case Isolation.SINGLE:  # all but this process, which is the namespace's first
                    os.kill(-1, signal.SIGKILL)
                case Isolation.USER:  # whatever is the student's, wherever it hid
                    kill_all_of(self.student)
                case Isolation.NONE:
                    os.killpg(self.pid, signal.SIGKILL)


def kill_all_of(user: int | None) -> None:
    """Kill every process of a user's, as that user: none can be born between two of the signals."""
    assert user is not None
    helper = os.fork()
    if helper == 0:
        try:
            become(user)
            os.kill(-1, signal.SIGKILL)
        finally:
            os._exit(0)
    os.waitpid(helper, 0)


def use_large_pages() -> None:
    """Hold this process's memory in pages of 2 MiB where the kernel can.

    A fork copies an entry for each page: with PyTorch imported there are a hundred thousand small
    ones, and two forks for each submission take longer than most tests. A child that writes
    still gets a small page of its own.
    """
    for line in Path("/proc/self/maps").read_text().splitlines():
        addresses, access, _, _, _, *name = line.split(maxsplit=5)
        if access == "rw-p" and name in ([], ["[heap]"]):
            start, end = (int(address, 16) for address in addresses.split("-"))
            if end - start >= LARGE_PAGE:
                # refused by older kernels, where all stays as it is
                libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), MADV_COLLAPSE)


def main() -> None:
    settings = json.loads(sys.argv[1])
    isolation = Isolation(settings["isolation"])
    control = socket.socket(fileno=settings["control"])
    control.set_inheritable(False)
    gc.disable()  # of what is imported nothing is garbage, and to look takes a quarter of the time
    for module in settings["imports"]:
        importlib.import_module(module)
    gc.enable()
    checked("subreaper", libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
    if isolation is Isolation.SINGLE:  # the student's process sees this one: no looking inside
        checked("dumpable", libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
    gc.collect()
    gc.freeze()  # the children copy fewer pages
    use_large_pages()
    server = Server(control, Limits(**settings["limits"]), isolation, settings["student"])
    control.send(json.dumps(server.trial()).encode())
    server.run()

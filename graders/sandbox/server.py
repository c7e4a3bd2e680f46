"""Inside the sandbox: the warm parent. Imports what students need once, then forks.

It never runs a line of a student's. Each submission gets a child in fresh user, pid, mount and
ipc namespaces, with an empty file system of its own, no capabilities and resource limits; the
child speaks to the grader over a socket that the grader passed in, and never sees this parent's.

Requests on the control socket, one packet each, JSON:
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
import resource
import select
import signal
import socket
import sys
from pathlib import Path

from graders.sandbox.child import Child
from graders.sandbox.limits import Limits

WATCH_SECONDS = 0.05

CLONE_NEWNS = 0x00020000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REC, MS_PRIVATE = 0x4000, 0x40000
PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS, PR_SET_CHILD_SUBREAPER, PR_CAPBSET_DROP = 4, 38, 36, 24
LINUX_CAPABILITY_VERSION_3 = 0x20080522

libc = ctypes.CDLL(None, use_errno=True)


def checked(what: str, result: int) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def enter_namespaces() -> None:
    """New namespaces for this process and the next fork; in them, an ordinary user."""
    uid, gid = os.getuid(), os.getgid()
    checked("unshare", libc.unshare(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC))
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"1000 {uid} 1")
    Path("/proc/self/gid_map").write_text(f"1000 {gid} 1")


def mount(target: str, flags: int, options: str) -> None:
    checked(
        f"mount {target}", libc.mount(b"tmpfs", target.encode(), b"tmpfs", flags, options.encode())
    )


def enter_empty_files(limits: Limits) -> None:
    """A /tmp of this submission's own, and no /proc: it would show the parent's processes."""
    checked("mount /", libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None))
    nothing = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC
    mount("/proc", nothing, "size=4k,mode=555")
    mount("/tmp", MS_NOSUID | MS_NODEV, f"size={limits.file_bytes},nr_inodes=4096,mode=1777")
    os.chdir("/tmp")


def drop_capabilities() -> None:
    """None held, none to be had again, and no way to gain any by executing something."""
    last = 63
    for capability in range(last + 1):
        if libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0:
            break  # beyond the kernel's last capability
    header = (ctypes.c_uint32 * 2)(LINUX_CAPABILITY_VERSION_3, 0)
    checked("capset", libc.capset(header, (ctypes.c_uint32 * 6)()))
    checked("no_new_privs", libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    checked("dumpable", libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))


def set_limits(limits: Limits) -> None:
    address_space = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    for what, bound in (
        (resource.RLIMIT_AS, address_space + limits.memory_bytes),
        (resource.RLIMIT_NPROC, limits.processes),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
    ):
        hard = resource.getrlimit(what)[1]  # ours may be lower already
        bound = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(what, (bound, bound))


def close_descriptors(keep: set[int]) -> None:
    """Close everything but ``keep``; standard input, output and error become /dev/null."""
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    low = 3
    for descriptor in sorted(keep):
        os.closerange(low, descriptor)
        low = descriptor + 1
    os.closerange(low, 4096)


def spawn(name: str, sock: int, limits: Limits, isolated: bool) -> int:
    """Fork one submission's process and return its pid. It serves on descriptor ``sock``.

    Not ``isolated``, it has resource limits and a process group, and is otherwise free.

    Raises:
        OSError: the kernel refused a step; its text says which.
    """
    reader, writer = os.pipe()
    first = os.fork()
    if first == 0:  # a short-lived process, so that its child is the first of a new pid namespace
        try:
            if isolated:
                enter_namespaces()
            second = os.fork()
            if second:
                os.write(writer, f"{second}\n".encode())
                os._exit(0)
            set_limits(limits)
            if isolated:
                enter_empty_files(limits)
            else:
                os.setsid()  # so that its processes can be killed together
            close_descriptors({sock, writer})
            if isolated:
                drop_capabilities()
            os.close(writer)
        except BaseException as error:
            os.write(writer, f"!{error}\n".encode())
            os._exit(1)
        try:
            Child(socket.socket(fileno=sock), name, limits.message_bytes).serve()
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as file:
        lines = file.read().splitlines()  # ends when the child closed its side
    os.waitpid(first, 0)
    problems = [line[1:] for line in lines if line.startswith("!")]
    pids = [int(line) for line in lines if not line.startswith("!")]
    if problems or not pids:
        for pid in pids:
            kill(pid)
        raise OSError("; ".join(problems) or "the child ended before it began")
    return pids[0]


def kill(pid: int) -> None:
    """Kill the first process of a pid namespace: the kernel ends all others with it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)  # its group too, for where there is no namespace
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, 0)


def usage(trusted: set[int]) -> tuple[int, int]:
    """Tasks, and bytes of memory, of all processes here but the ``trusted``."""
    tasks = memory = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and int(entry.name) not in trusted:
            with contextlib.suppress(OSError):  # it ended while we looked
                tasks += len(os.listdir(entry / "task"))  # noqa: PTH208 - a fast path
                fields = (entry / "statm").read_text().split()
                memory += (int(fields[1]) - int(fields[2])) * resource.getpagesize()
    return tasks, memory


class Server:
    """One submission at a time: spawn, watch what it uses, end."""

    def __init__(self, control: socket.socket, limits: Limits, isolated: bool) -> None:
        self.control = control
        self.isolated = isolated
        self.limits = limits
        self.pid = 0
        self.reason = ""
        self.trusted = {int(p.name) for p in Path("/proc").iterdir() if p.name.isdecimal()}
        own = Path("/proc/self/statm").read_text().split()
        self.shared = (int(own[1]) - int(own[2])) * resource.getpagesize()

    def run(self) -> None:
        while True:
            ready = select.select([self.control], [], [], WATCH_SECONDS if self.pid else None)[0]
            if self.pid:
                self.watch()
            if ready:
                packet, descriptors, _, _ = socket.recv_fds(self.control, 4096, 1)
                if not packet:
                    return
                answer = self.answer(json.loads(packet), descriptors)
                self.control.send(json.dumps(answer).encode())

    def answer(self, request: dict[str, str], descriptors: list[int]) -> dict[str, str]:
        if request["op"] == "end":
            self.watch()
            kill(self.pid)
            self.pid, reason, self.reason = 0, self.reason, ""
            return {"reason": reason}
        try:
            self.pid = spawn(request["name"], descriptors[0], self.limits, self.isolated)
        except OSError as error:
            return {"error": str(error)}
        finally:
            os.close(descriptors[0])
        return {}

    def watch(self) -> None:
        """Kill a submission whose processes together exceed what rlimits bound one by one."""
        if self.reason or not self.pid or not self.isolated:  # /proc shows the whole machine
            return
        tasks, memory = usage(self.trusted)
        if tasks > self.limits.processes:
            self.reason = f"more than {self.limits.processes} processes and threads"
        elif memory > self.limits.memory_bytes + tasks * self.shared:
            # a fork shares the parent's pages: they are not the student's
            self.reason = f"more than {self.limits.memory_bytes >> 20} MiB of memory"
        if self.reason:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)


def main() -> None:
    settings = json.loads(sys.argv[1])
    control = socket.socket(fileno=settings["control"])
    control.set_inheritable(False)
    for module in settings["imports"]:
        importlib.import_module(module)
    checked("subreaper", libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
    gc.collect()
    gc.freeze()  # the children copy fewer pages
    server = Server(control, Limits(**settings["limits"]), settings["isolated"])
    control.send(b"{}")
    server.run()

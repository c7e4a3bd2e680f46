"""Inside the sandbox: from a fork of the warm parent to a process that may run a student's code.

The order matters. Namespaces come first, since they give the abilities that the mounts need;
then limits and mounts; then descriptors, abilities and the system call filter go, for good.
"""

from __future__ import annotations

import ctypes
import os
import resource
import socket
from pathlib import Path

from graders.sandbox import seccomp
from graders.sandbox.child import Child
from graders.sandbox.isolation import Isolation
from graders.sandbox.limits import MAX_FILES, Limits

CLONE_NEWNS = 0x00020000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REC, MS_PRIVATE = 0x4000, 0x40000
PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS, PR_CAPBSET_DROP = 4, 38, 24
LINUX_CAPABILITY_VERSION_3 = 0x20080522

libc = ctypes.CDLL(None, use_errno=True)


def checked(what: str, result: int) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def spawn(name: str, sock: int, limits: Limits, isolation: Isolation, student: int | None) -> int:
    """Fork one submission's process and return its pid. It serves on descriptor ``sock``.

    Args:
        student: the user that it becomes; None to stay the one of this process.

    Raises:
        OSError: the kernel refused a step; its text says which.
    """
    # what every child would work out again is ready before it begins
    seccomp.compiled(first_pid=0)
    room = address_space() + limits.memory_bytes
    reader, writer = os.pipe()
    first = os.fork()
    if first == 0:  # a short-lived process, so that its child is the first of a new pid namespace
        try:
            if student is not None:
                become(student)
            if isolation is Isolation.NESTED:
                enter_namespaces()
            second = os.fork()
            if second:
                os.write(writer, f"{second}\n".encode())
                os._exit(0)
            build_wall(limits, isolation, room, {sock, writer})
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
            os.waitpid(pid, 0)  # it told why and exits
        raise OSError("; ".join(problems) or "the child ended before it began")
    return pids[0]


def build_wall(limits: Limits, isolation: Isolation, room: int, keep: set[int]) -> None:
    """Everything that stands between the student's code and the machine, around this process."""
    set_limits(limits, room)
    if isolation is Isolation.NESTED:
        enter_empty_files(limits)
    else:
        os.setsid()  # so that its processes can be killed together
    close_descriptors(keep)
    if isolation is Isolation.NONE:
        return
    drop_capabilities()
    # Without a pid namespace of its own, it may signal itself and what it starts, and no other.
    seccomp.install(first_pid=0 if isolation is Isolation.NESTED else os.getpid())


def become(user: int) -> None:
    """Change to ``user`` for good."""
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    # what changed its user is no longer its own to configure, which namespaces need
    checked("dumpable", libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0))


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
    mount("/tmp", MS_NOSUID | MS_NODEV, f"size={limits.file_bytes},nr_inodes={MAX_FILES},mode=1777")
    os.chdir("/tmp")


def drop_capabilities() -> None:
    """None held, none to be had again, and no way to gain any by executing something."""
    last = 63
    for capability in range(last + 1):
        if libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0:
            break  # beyond the kernel's last capability, or none left that could drop one
    header = (ctypes.c_uint32 * 2)(LINUX_CAPABILITY_VERSION_3, 0)
    checked("capset", libc.capset(header, (ctypes.c_uint32 * 6)()))
    checked("no_new_privs", libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    checked("dumpable", libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))


def address_space() -> int:
    """Bytes of it that this process has, and a fork of it begins with."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def set_limits(limits: Limits, room: int) -> None:
    """Bound what this process may take; ``room`` is all of its address space."""
    for what, bound in (
        (resource.RLIMIT_AS, room),
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
    os.closerange(low, 1 << 20)

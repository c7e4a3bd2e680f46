"""The last wall: a filter in the kernel that refuses system calls no graded answer needs.

Namespaces hide what is outside; this keeps student code away from the kernel's own rarely used
doors (keyrings, tracing, BPF, mounting, more namespaces, kernel memory that no limit counts), so
that a bug behind one of them is of no use. A refused call fails with EPERM and the program goes
on, since libraries probe some of these in good faith.

The program is classic BPF (Linux, Documentation/userspace-api/seccomp_filter.rst): a list of
instructions ``(code, jump if true, jump if false, operand)`` over ``struct seccomp_data``.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import struct

from graders.sandbox.syscalls import ARCHITECTURES, Architecture

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
ALLOW, KILL_PROCESS, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000

LOAD, JUMP_IF_EQUAL, JUMP_IF_AT_LEAST, JUMP_IF_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCH, FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data; the low half of arg 0
X32 = 0x40000000  # x86-64's second numbering of its calls

NEW_NAMESPACE = 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000
NEW_NAMESPACE |= 0x40000000 | 0x00000080  # mount, cgroup, uts, ipc, user, pid; net, time
AF_UNIX = 1

Instruction = tuple[int, int, int, int]
INSTRUCTION = "<HBBI"  # one of them in bytes


def program(architecture: Architecture, first_pid: int = 0) -> list[Instruction]:
    """The filter's instructions.

    Args:
        first_pid: where processes of the grader's share a pid namespace with the student's, the
            first pid that the student may signal; 0 where they do not.
    """
    calls = architecture.calls
    lines: list[Instruction] = [
        (LOAD, 0, 0, ARCH),
        (JUMP_IF_EQUAL, 1, 0, architecture.audit),
        (RETURN, 0, 0, KILL_PROCESS),  # another architecture's numbers would mean other calls
        (LOAD, 0, 0, NUMBER),
        (JUMP_IF_AT_LEAST, 0, 1, X32),
        (RETURN, 0, 0, ERRNO | errno.ENOSYS),
    ]
    for number in architecture.denied:
        lines += _when(number, [(RETURN, 0, 0, ERRNO | errno.EPERM)])
    # its flags lie in memory, which a filter cannot read: libraries fall back to clone
    lines += _when(calls["clone3"], [(RETURN, 0, 0, ERRNO | errno.ENOSYS)])
    lines += _when(calls["clone"], _refuse_if((JUMP_IF_ANY_BIT, 0, 1, NEW_NAMESPACE)))
    for name in ("socket", "socketpair"):
        lines += _when(calls[name], _refuse_if((JUMP_IF_EQUAL, 1, 0, AF_UNIX)))
    if first_pid:
        for name in ("kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"):
            # 0 and -1 name groups and everybody; below first_pid are the grader's own
            lines += _when(
                calls[name],
                [
                    (LOAD, 0, 0, FIRST_ARGUMENT),
                    (JUMP_IF_AT_LEAST, 0, 1, first_pid),
                    (JUMP_IF_AT_LEAST, 0, 1, 0x80000000),
                    (RETURN, 0, 0, ERRNO | errno.EPERM),
                    (RETURN, 0, 0, ALLOW),
                ],
            )
        lines += _when(calls["pidfd_send_signal"], [(RETURN, 0, 0, ERRNO | errno.EPERM)])
    return [*lines, (RETURN, 0, 0, ALLOW)]


def _when(number: int, then: list[Instruction]) -> list[Instruction]:
    """``then`` for one call; the number stays loaded for the next comparison otherwise."""
    return [(JUMP_IF_EQUAL, 0, len(then), number), *then]


def _refuse_if(test: Instruction) -> list[Instruction]:
    """EPERM where ``test`` of the first argument goes to the next line, else allowed."""
    return [
        (LOAD, 0, 0, FIRST_ARGUMENT),
        test,
        (RETURN, 0, 0, ERRNO | errno.EPERM),
        (RETURN, 0, 0, ALLOW),
    ]


@functools.cache
def compiled(first_pid: int) -> bytes:
    """The filter's program as the kernel takes it.

    Raises:
        OSError: there is none for this machine.
    """
    name = os.uname().machine
    if name not in ARCHITECTURES:
        raise OSError(errno.ENOSYS, f"no system call filter for {name}")
    lines = program(ARCHITECTURES[name], first_pid)
    return b"".join(struct.pack(INSTRUCTION, *line) for line in lines)


def install(first_pid: int = 0) -> None:
    """Put the filter on this process and all it will ever start. ``no_new_privs`` is set before.

    Raises:
        OSError: the machine or its kernel has no such filter for us.
    """
    content = compiled(first_pid)
    code = ctypes.create_string_buffer(content)
    count = len(content) // struct.calcsize(INSTRUCTION)
    header = struct.pack("HxxxxxxP", count, ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.c_char_p(header), 0, 0) < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"system call filter: {os.strerror(number)}")

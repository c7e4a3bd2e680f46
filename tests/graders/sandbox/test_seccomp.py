"""The filter's program, run by a small machine of our own: for every architecture, on any."""

from __future__ import annotations

import errno
import re
from pathlib import Path

import pytest

from graders.sandbox import seccomp
from graders.sandbox.syscalls import ARCHITECTURES, DENIED, JUDGED, Architecture

COLUMNS = {"x86_64": 0, "aarch64": 1}
HEADERS = {  # of Linux itself, where it is installed
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}


def judge(
    architecture: Architecture, number: int, argument: int = 0, first_pid: int = 0, audit: int = 0
) -> str:
    """What the kernel would do, by the rules of classic BPF (seccomp_filter.rst)."""
    lines = seccomp.program(architecture, first_pid)
    data = {0: number, 4: audit or architecture.audit, 16: argument & 0xFFFFFFFF}
    register, place = 0, 0
    while True:
        code, if_true, if_false, operand = lines[place]
        place += 1
        match code:
            case seccomp.LOAD:
                register = data[operand]
            case seccomp.RETURN:
                kinds = {seccomp.ALLOW: "allowed", seccomp.KILL_PROCESS: "killed"}
                return kinds.get(operand) or errno.errorcode[operand - seccomp.ERRNO]
            case seccomp.JUMP_IF_EQUAL:
                place += if_true if register == operand else if_false
            case seccomp.JUMP_IF_AT_LEAST:
                place += if_true if register >= operand else if_false
            case seccomp.JUMP_IF_ANY_BIT:
                place += if_true if register & operand else if_false
            case _:
                raise AssertionError(f"unknown instruction {code:#x}")


@pytest.fixture(params=ARCHITECTURES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def architecture(name: str) -> Architecture:
    return ARCHITECTURES[name]


def test_every_denied_call_is_refused(name: str, architecture: Architecture) -> None:
    numbers = [both[COLUMNS[name]] for both in DENIED.values()]
    assert {judge(architecture, n) for n in numbers if n is not None} == {"EPERM"}


def test_everything_else_is_allowed(name: str, architecture: Architecture) -> None:
    named = {both[COLUMNS[name]] for both in (*DENIED.values(), *JUDGED.values())}
    assert {judge(architecture, n) for n in range(500) if n not in named} == {"allowed"}


def test_numbers_of_another_architecture_kill(architecture: Architecture) -> None:
    for other in (0x40000003, 0x40000028, 0xC000003E ^ 1, 0):  # i386, arm, nonsense
        if other:
            assert judge(architecture, 39, audit=other) == "killed"


def test_a_second_numbering_is_unknown(architecture: Architecture) -> None:
    assert judge(architecture, 0x40000000 + 321) == "ENOSYS"
    assert judge(architecture, 0xFFFFFFFF) == "ENOSYS"


@pytest.mark.parametrize(
    ("call", "argument", "verdict"),
    [
        ("clone", 17, "allowed"),  # a process
        ("clone", 0x003D0F00, "allowed"),  # a thread, as glibc makes one
        *(("clone", bit | 17, "EPERM") for bit in (1 << 17, *(1 << n for n in range(25, 31)))),
        ("clone", 0x80, "EPERM"),
        ("clone3", 0, "ENOSYS"),
        ("socket", 1, "allowed"),
        *(("socket", family, "EPERM") for family in (0, 2, 10, 16, 17, 38, 40, 2**32 - 1)),
        ("socketpair", 1, "allowed"),
        ("socketpair", 2, "EPERM"),
        ("kill", 1, "allowed"),  # its own: it sees no others
    ],
)
def test_judged_by_argument(
    architecture: Architecture, call: str, argument: int, verdict: str
) -> None:
    assert judge(architecture, architecture.calls[call], argument) == verdict


@pytest.mark.parametrize("call", ["kill", "tkill", "tgkill", "rt_sigqueueinfo"])
def test_signals_in_a_shared_namespace(architecture: Architecture, call: str) -> None:
    number = architecture.calls[call]
    verdicts = {
        pid: judge(architecture, number, pid, first_pid=7) for pid in (-8, -1, 0, 1, 6, 7, 8, 99)
    }
    assert verdicts == dict.fromkeys((-8, -1, 0, 1, 6), "EPERM") | dict.fromkeys(
        (7, 8, 99), "allowed"
    )
    assert judge(architecture, architecture.calls["pidfd_send_signal"], 3, first_pid=7) == "EPERM"


def test_the_numbers_are_those_of_linux(name: str) -> None:
    if not HEADERS[name].exists():
        pytest.skip(f"{HEADERS[name]} is not installed")
    pattern = re.compile(r"^#define __NR(?:3264)?_(\w+)\s+(\d+)", re.MULTILINE)
    linux = {call: int(number) for call, number in pattern.findall(HEADERS[name].read_text())}
    ours = {call: both[COLUMNS[name]] for call, both in (DENIED | JUDGED).items()}
    known = {call: number for call, number in ours.items() if number is not None and call in linux}
    assert len(known) > 60
    assert known == {call: linux[call] for call in known}

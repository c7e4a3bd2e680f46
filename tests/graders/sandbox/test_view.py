"""What student code can see and touch: asked of code that runs inside, and looks around."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from graders.engine.catalogue import course_root
from graders.sandbox import bubblewrap
from graders.sandbox.distributions import installed_paths
from graders.sandbox.isolation import Isolation
from graders.sandbox.sandbox import Sandbox, Session
from graders.sandbox.syscalls import DENIED
from tests.graders.sandbox.inside import LIMITS, ask, look, run


def allowed_roots() -> list[Path]:
    home = Path(bubblewrap.HOME)
    libraries = bubblewrap.library_binds()
    paths = [Path(word) for word in (*libraries, bubblewrap.PYTHON) if word.startswith("/")]
    packages = [home / path.name for path in installed_paths(("numpy",))]
    return [*paths, *packages, home / "graders" / "sandbox", *map(Path, ("/proc", "/dev", "/tmp"))]


def test_the_file_system_is_the_expected_set_and_nothing_else(session: Session) -> None:
    seen = look(
        session,
        """
        import os
        found = []
        for folder, folders, files in os.walk("/"):
            found += [os.path.join(folder, name) for name in files]
            folders[:] = [f for f in folders if (folder, f) not in (("/", "proc"), ("/", "dev"))]
        """,
    )
    roots = tuple(map(str, allowed_roots()))
    inside = tuple(f"{root}/" for root in roots)
    strangers = [path for path in seen if not path.startswith(inside) and path not in roots]
    assert strangers == []
    assert not [path for path in seen if path.startswith("/python") and "-packages/" in path]
    assert len(seen) > 1000  # the standard library and NumPy are there


@pytest.mark.parametrize(
    "path",
    [
        course_root() / "pyproject.toml",
        course_root() / "graders" / "hidden",
        course_root() / "graders" / "plugin.py",
        Path(sys.prefix) / "pyvenv.cfg",
        Path.home() / ".bashrc",
        Path("/etc"),
        Path("/sys"),
        Path("/var"),
        Path("/run"),
        Path("/proc/1/root/etc"),
        Path(bubblewrap.HOME) / "torch",
        Path(bubblewrap.HOME) / "pytest",
        Path(bubblewrap.HOME) / "graders" / "engine" / "student.py",
    ],
    ids=str,
)
def test_nothing_of_the_host_is_there(session: Session, path: Path) -> None:
    assert look(session, f"import os; found = os.path.lexists({str(path)!r})") is False


def test_nothing_can_be_written_but_its_own_tmp(session: Session) -> None:
    written = look(
        session,
        """
        import os
        found = []
        for folder, folders, files in os.walk("/"):
            try:
                name = os.path.join(folder, "written")
                os.close(os.open(name, os.O_CREAT | os.O_WRONLY))
                found.append(folder)
            except OSError:
                pass
            for name in files[:3]:
                try:
                    os.close(os.open(os.path.join(folder, name), os.O_WRONLY | os.O_NONBLOCK))
                    if not folder.startswith(("/tmp", "/proc")):
                        found.append(os.path.join(folder, name))
                except OSError:
                    pass
        """,
    )
    devices = {f"/dev/{name}" for name in ("null", "zero", "full", "random", "urandom", "tty")}
    devices |= {"/dev/stdin", "/dev/stdout", "/dev/stderr"}  # links to its own /dev/null
    assert {path for path in written if path not in devices and "/dev/p" not in path} == {"/tmp"}


def test_the_environment_names_nothing_of_the_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DLCOURSE_SECRET", "canary")
    with Sandbox(LIMITS) as made:
        session = made.open("softmax")
        found = look(session, "import os; found = [dict(os.environ), os.uname().nodename]")
        session.end()
    environment, host = found
    own = {"PWD", "LC_CTYPE", "LD_LIBRARY_PATH"}
    assert set(environment) <= {*bubblewrap.environment(), *own}
    assert "canary" not in str(environment)
    assert host == "sandbox"


def test_no_path_tells_where_python_is_installed(session: Session) -> None:
    """It is often a folder in the home of whoever grades."""
    found = look(
        session,
        """
        import os, sys, traceback
        import numpy as np
        try:
            os.fspath(1)
            np.linalg.inv(np.zeros((1, 1)))
        except Exception:
            raised = traceback.format_exc()
        places = [sys.executable, sys.prefix, sys.exec_prefix, *sys.path, *sys.orig_argv, raised]
        places += [getattr(module, "__file__", "") or "" for module in sys.modules.values()]
        places += [str(value) for value in os.environ.values()]
        places += os.listdir("/") + os.listdir("/python/bin")
        found = places
        """,
    )
    assert not [place for place in found if str(Path.home()) in place or sys.base_prefix in place]
    assert any(place.startswith("/python/lib/python3") for place in found)


def test_other_processes_cannot_be_seen_or_signalled(session: Session) -> None:
    level = session.sandbox.isolation
    pid, listed, signalled = look(
        session,
        """
        import os, signal
        pids = [int(name) for name in os.listdir("/proc") if name.isdecimal()]
        signalled = []
        for pid in {*range(1, 50), -1, 0, *pids} - {os.getpid()}:
            try:
                os.kill(pid, 0)
                signalled.append(pid)
            except OSError:
                pass
        found = [os.getpid(), pids, signalled]
        """,
    )
    if level is Isolation.NESTED:
        assert pid == 1
        assert listed == []
        assert set(signalled) <= {0, -1}  # itself: its own group, and everybody it can see
    else:
        assert signalled == []
        inside = look(
            session,
            """
            found = []
            for name in ("environ", "mem", "maps", "fd", "root", "cwd", "exe"):
                try:
                    import os
                    path = "/proc/1/" + name
                    os.listdir(path) if name == "fd" else os.readlink(path) if name in (
                        "root", "cwd", "exe") else open(path).read(1)
                    found.append(name)
                except OSError:
                    pass
            """,
        )
        assert inside == []


def test_no_descriptor_is_open_but_its_own(session: Session) -> None:
    found = look(
        session,
        """
        import os
        found = []
        for number in range(1024):
            try:
                found.append([number, os.readlink(f"/proc/self/fd/{number}")])
            except OSError:
                try:
                    found.append([number, oct(os.fstat(number).st_mode)])
                except OSError:
                    pass
        """,
    )
    assert [number for number, _ in found[:3]] == [0, 1, 2]
    assert len(found) == 4, found  # and the socket


def test_it_holds_no_ability_and_can_gain_none(session: Session) -> None:
    no_new_privs, filtered, dumpable, bounding, held = look(
        session,
        """
        import ctypes
        libc = ctypes.CDLL(None)
        header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
        libc.capget(header, data)
        found = [
            libc.prctl(39, 0, 0, 0, 0),
            libc.prctl(21, 0, 0, 0, 0),
            libc.prctl(3, 0, 0, 0, 0),
            [n for n in range(41) if libc.prctl(23, n, 0, 0, 0) == 1],
            list(data),
        ]
        """,
    )
    assert (no_new_privs, filtered, dumpable) == (1, 2, 0)
    assert held == [0] * 6
    if session.sandbox.isolation is Isolation.NESTED:
        assert bounding == []


# the system call filter

TRY_CALLS = """
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
found = {{}}
for name, number in {calls!r}.items():
    arguments = [ctypes.c_long(-1)] * 6
    result = libc.syscall(ctypes.c_long(number), *arguments)
    found[name] = errno.errorcode.get(ctypes.get_errno(), "none") if result < 0 else "allowed"
"""


def denied_here() -> dict[str, int]:
    column = {"x86_64": 0, "aarch64": 1}[os.uname().machine]
    numbers = {name: both[column] for name, both in DENIED.items()}
    return {name: number for name, number in numbers.items() if number is not None}


def test_every_denied_call_is_refused_inside(session: Session) -> None:
    found = look(session, TRY_CALLS.format(calls=denied_here()))
    assert {name: why for name, why in found.items() if why != "EPERM"} == {}


def test_the_filter_alone_refuses_them() -> None:
    """Outside the sandbox, with every ability of this user: it is the filter that says no."""
    program = (
        TRY_CALLS.format(calls=denied_here())
        + "before = found\n"
        + "assert libc.prctl(38, 1, 0, 0, 0) == 0\n"
        + "from graders.sandbox import seccomp; seccomp.install()\n"
        + TRY_CALLS.format(calls=denied_here())
        + "print(sum(why != 'EPERM' for why in before.values()))\n"
        + "print([name for name, why in found.items() if why != 'EPERM'])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    refused_only_now, not_refused = done.stdout.splitlines()
    assert not_refused == "[]"
    assert int(refused_only_now) > 20


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("import socket; socket.socket()", "EPERM"),
        ("import socket; socket.socket(socket.AF_INET6)", "EPERM"),
        ("import socket; socket.socket(16, socket.SOCK_RAW)", "EPERM"),  # netlink
        ("import socket; socket.socket(40)", "EPERM"),  # vsock
        ("import socket; socket.create_connection(('127.0.0.1', 80), 1)", "EPERM"),
        ("check(libc.syscall(CLONE, 0x10000000 | 17, 0, 0, 0, 0))", "EPERM"),
        ("check(libc.syscall(CLONE, 0x00020000 | 17, 0, 0, 0, 0))", "EPERM"),
        ("check(libc.syscall(CLONE, 0x20000000 | 17, 0, 0, 0, 0))", "EPERM"),
        ("check(libc.syscall(435, 0, 0))", "ENOSYS"),  # clone3
        ("check(libc.syscall(0x40000000 + 39))", "ENOSYS"),  # getpid by x32's numbers
    ],
)
def test_calls_that_are_judged_by_their_argument(session: Session, source: str, error: str) -> None:
    clone = {"x86_64": 56, "aarch64": 220}[os.uname().machine]
    answer = run(
        session,
        f"""
        import ctypes, errno, os
        CLONE = {clone}
        libc = ctypes.CDLL(None, use_errno=True)
        def check(result):
            if result < 0:
                raise OSError(ctypes.get_errno(), "refused")
        try:
            {source}
        except OSError as error:
            name = errno.errorcode[error.errno]
        else:
            name = "allowed"
        """,
    )
    assert answer[0] == "result", answer
    assert ask(session, "get", None, "name")[1] == error


def test_what_honest_code_needs_is_allowed(session: Session) -> None:
    found = look(
        session,
        """
        import asyncio, concurrent.futures, os, random, signal, socket, tempfile, threading
        import numpy as np
        ours, theirs = socket.socketpair()
        ours.send(b"x")
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.write(writer, b"y")
            os._exit(0)
        os.waitpid(child, 0)
        signal.setitimer(signal.ITIMER_REAL, 100)
        signal.setitimer(signal.ITIMER_REAL, 0)
        with tempfile.TemporaryFile() as file:
            np.save(file, np.eye(2))
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            squares = list(pool.map(lambda x: x * x, range(3)))
        async def later():
            await asyncio.sleep(0)
            return "z"
        found = [
            theirs.recv(1), os.read(reader, 1), squares, asyncio.run(later()),
            float(np.linalg.svd(np.eye(3))[1].sum()), len(os.urandom(4)), os.getcwd(),
        ]
        """,
    )
    assert found == [b"x", b"y", [0, 1, 4], "z", 3.0, 4, "/tmp"]

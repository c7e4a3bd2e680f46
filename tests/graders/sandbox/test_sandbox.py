"""Sessions: what crosses the wall, how they end, and that nothing survives them."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graders.engine.catalogue import course_root, source_path
from graders.engine.cells import from_script
from graders.engine.settings import GradingSettings
from graders.engine.worker import GradingJob, grade_one, warm_grader
from graders.errors import BadInput, GraderBroke
from graders.sandbox import wire
from graders.sandbox.isolation import Isolation
from graders.sandbox.limits import Limits
from graders.sandbox.sandbox import Died, Sandbox, Session
from graders.sandbox.users import NOBODY, check_readable
from tests.graders.sandbox.inside import SECONDS, ask, look, run, sandbox_of
from tests.processes import descendants

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
from tests.graders.sandbox.inside import *
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
        session.exchange(wire.encode(request), SECONDS, revive, [])
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
    return settings, GradingJob("ada", b"seed", "hash", from_script("softmax.py", source))


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

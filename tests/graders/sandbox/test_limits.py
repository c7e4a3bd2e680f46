"""What student code can use up of time, memory, processes and files."""

from __future__ import annotations

import pytest

from graders.sandbox.sandbox import Sandbox, Session
from tests.graders.sandbox.inside import ask, look, outcome, run
from tests.processes import descendants


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


MANY = """
    import os, time, mmap
    for _ in range(8):
        if os.fork() == 0:
            {take}
            time.sleep(60)
            os._exit(0)
    time.sleep(60)
"""


@pytest.mark.alone
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


@pytest.mark.alone
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

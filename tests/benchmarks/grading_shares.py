"""Where the processor time of grading goes, in ms a submission.

    python tests/benchmarks/grading_shares.py [--assignment softmax ...] [--submissions 100]

Prints, of the reference solution handed in by so many students:

- for ``dlcourse grade --jobs 2``, the time of every process by what it is for, and what of it comes
  once for a command, from a class of this size and one of a quarter;
- for the engine in one process, what its parts take. A submission's own process works on cells and
  calls, answers messages, and copies the pages of memory that it is the first to write to.

Processor time, user and system, changes less with what else the machine does than a clock does.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from graders.engine.catalogue import assignment_names, source_path
from graders.engine.cells import from_script
from graders.engine.settings import settings_for
from graders.engine.student import Submission
from graders.engine.worker import Grader, GradingJob
from graders.sandbox.limits import Limits
from tests.processes import command_line, descendants

DLCOURSE = Path(sys.executable).parent / "dlcourse"
LOOK_EVERY_S = 0.02
TICK = os.sysconf("SC_CLK_TCK")
Shares = Counter[str]  # seconds of processor time, by what it is for


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--assignment", nargs="*", choices=assignment_names(), default=["softmax"])
    parser.add_argument("--submissions", type=int, default=100)
    options = parser.parse_args()
    for name in options.assignment:
        few = max(1, options.submissions // 4)
        with tempfile.TemporaryDirectory() as folder:
            small = of_command(name, Path(folder, "small"), few)
            large = of_command(name, Path(folder, "large"), options.submissions)
        each = Counter({k: (large[k] - small[k]) / (options.submissions - few) for k in large})
        show(f"{name}: dlcourse grade, a submission", each)
        once = Counter({k: large[k] - each[k] * options.submissions for k in large})
        show(f"{name}: dlcourse grade, once", once)
        show(f"{name}: the engine, a submission", of_engine(name, options.submissions))


def show(title: str, shares: Shares) -> None:
    whole = shares.total()
    print(f"\n{title:<56}{whole * 1000:9.1f} ms")
    for what, seconds in shares.most_common():
        print(f"    {what:<52}{seconds * 1000:9.1f} ms {seconds / whole:6.0%}")


def of_command(name: str, folder: Path, count: int) -> Shares:
    """Of every process of the command, as it was seen last."""
    for number in range(count):
        target = folder / "submitted" / f"s{number:05}" / f"{name}.py"
        target.parent.mkdir(parents=True)
        shutil.copy(source_path(name), target)
    command = [DLCOURSE, "grade", name, folder / "submitted", "--out", folder / "grades"]
    seen: dict[int, Shares] = {}
    with subprocess.Popen(
        [*command, "--jobs", "2"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        while process.poll() is None:
            for pid in {process.pid} | descendants(process.pid):
                with contextlib.suppress(OSError):  # it ended while we looked
                    if words := command_line(pid):  # a zombie has none
                        seen[pid] = of_process(pid, words, process.pid)
            time.sleep(LOOK_EVERY_S)
    assert process.returncode == 0
    return sum(seen.values(), Shares())


def of_process(pid: int, words: str, command: int) -> Shares:
    own, ended = times(pid)
    if pid == command:
        return Shares({"the command: reading, records, gradebook, pages": own})
    if is_server(words):
        if is_server(
            command_line(parent(pid))
        ):  # a submission's: the server has its time when it ended
            return Shares()
        return Shares({"sandbox servers: imports, forks": own, "submissions' processes": ended})
    return Shares({"workers: tests, comparing, messages" if "spawn_main" in words else "more": own})


def is_server(words: str) -> bool:
    return "graders.sandbox.server" in words and "bwrap" not in words


def times(pid: int) -> tuple[float, float]:
    """Seconds of processor time: a process's own, and of its children that ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user, system, childrens_user, childrens_system = (int(field) / TICK for field in fields[11:15])
    return user + system, childrens_user + childrens_system


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def of_engine(name: str, count: int) -> Shares:
    """Of a grader in this process and the sandbox behind it."""
    settings = settings_for(name, Limits.submission_seconds, sandboxed=True)
    code = from_script(f"{name}.py", source_path(name).read_bytes())
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # as a worker that has a core to itself
    grader = Grader(settings)
    with grader.sandbox as sandbox, counted_messages() as messages:
        below = descendants(sandbox.connection.process.pid)
        server = next(pid for pid in below if is_server(command_line(pid)))
        grader.grade(GradingJob("warm", b"warm", "", code))
        messages.clear()
        before, here = times(server), time.process_time()
        for number in range(count):
            grader.grade(GradingJob(f"s{number}", str(number).encode(), "", code))
        graded, here = times(server), time.process_time() - here
        for _ in range(count):
            sandbox.open(name).end()
        emptied = times(server)
    serving, working = (b - a for a, b in zip(before, graded, strict=True))
    _, forking = (b - a for a, b in zip(graded, emptied, strict=True))
    parts = {
        "tests: drawing, comparing, pytest": here - messages["here"],
        "messages, the grader's side": messages["here"],
        "server: forks": serving,
        "a submission's process: fork and namespaces": forking,
        "a submission's process: cells, calls, messages, pages": working - forking,
    }
    return Shares({what: seconds / count for what, seconds in parts.items()})


@contextlib.contextmanager
def counted_messages() -> contextlib.AbstractContextManager[Shares]:
    """Counts what this process spends on messages, as long as it lasts."""
    spent = Shares()
    exchange = Submission._exchange

    def counting(*args: object, **kwargs: object) -> object:
        started = time.process_time()
        try:
            return exchange(*args, **kwargs)
        finally:
            spent["here"] += time.process_time() - started

    Submission._exchange = counting
    try:
        yield spent
    finally:
        Submission._exchange = exchange


if __name__ == "__main__":
    main()

"""How fast grading is, against nbgrader and against the floor, all in one run.

    python tests/benchmarks/grading.py [--submissions 200] [--peer 5] [--sizes 100 1000]

Prints, for the same softmax notebooks on the same machine in the same minutes:

- ``dlcourse grade --jobs 2``: seconds a submission, whole command (start, pages, gradebook);
- ``nbgrader autograde``, stock, on the first ``--peer`` of them: seconds a submission;
- the floor: fork and namespaces, plus the hidden tests' own work in one process with no sandbox;
- how time and memory grow with the size of the class.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import jupytext

from graders.engine.catalogue import course_root, source_path
from graders.engine.cells import from_script
from graders.engine.plugin import AssignmentTests
from graders.engine.student import Student, Submission
from graders.sandbox.limits import Limits
from graders.sandbox.sandbox import Sandbox
from tests.processes import descendants

NAME = "softmax"
BIN = Path(sys.executable).parent
MEMORY_EVERY_S = 2.0  # looking costs a few milliseconds
MISTAKES = (  # every third submission has one
    ("scores.max(axis=1, keepdims=True)", "scores.max()"),
    ("margins[rows, y] = 0.0", "pass"),
    ("/ len(y)", "/ 1"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, default=200)
    parser.add_argument("--peer", type=int, default=5, help="of them through nbgrader autograde")
    parser.add_argument("--sizes", type=int, nargs="*", default=[100, 1000])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        ours = time_ours(folder / "ours", options.submissions)
        row(f"dlcourse grade --jobs 2, {options.submissions} notebooks", ours.seconds)
        peer = time_nbgrader(folder / "peer", options.peer)
        row(f"nbgrader autograde, {options.peer} of the same", peer)
        print(f"{'ratio':>60}  {peer / ours.seconds:8.1f} times faster\n")
        cores = os.sched_getaffinity(0)
        time_floor()
        os.sched_setaffinity(0, cores)
        for size in options.sizes:
            grown = time_ours(folder / str(size), size)
            row(f"{size} submissions: {grown.seconds * size:.1f} s in all", grown.seconds)
            print(f"{'most memory, all processes':>60}  {grown.peak_mib:8.0f} MiB")


def row(what: str, seconds: float) -> None:
    print(f"{what:>60}  {seconds * 1000:8.1f} ms a submission", flush=True)


def make_class(folder: Path, count: int) -> None:
    """``count`` notebooks in nbgrader's layout, no two alike."""
    source = source_path(NAME).read_text()
    for number in range(count):
        old, new = MISTAKES[number % len(MISTAKES)]
        text = source.replace(old, new) if number % 3 == 2 else source
        notebook = jupytext.reads(
            f"# %% [markdown]\n# student {number}\n\n{text}", fmt="py:percent"
        )
        target = folder / f"s{number:05}" / NAME / f"{NAME}.ipynb"
        target.parent.mkdir(parents=True)
        jupytext.write(notebook, target)


def time_ours(folder: Path, count: int) -> SimpleNamespace:
    make_class(folder / "submitted", count)
    command = [BIN / "dlcourse", "grade", NAME, folder / "submitted", "--out", folder / "grades"]
    started = time.perf_counter()
    peak = 0.0
    with subprocess.Popen(
        [*command, "--jobs", "2"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        while process.poll() is None:
            peak = max(peak, sum(map(memory_mib, {process.pid} | descendants(process.pid))))
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(MEMORY_EVERY_S)
    seconds = (time.perf_counter() - started) / count
    assert process.returncode == 0
    graded = json.loads((folder / "grades" / "results.json").read_text())["submissions"]
    assert sum(submission["score"] == 100 for submission in graded) == count - count // 3
    return SimpleNamespace(seconds=seconds, peak_mib=peak)


def memory_mib(pid: int) -> float:
    """Memory of a process, pages that several share counted in shares."""
    with contextlib.suppress(OSError):  # it ended meanwhile
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        return int(rollup.split("\nPss:")[1].split()[0]) / 1024
    return 0.0


def time_nbgrader(folder: Path, count: int) -> float:
    """Stock nbgrader on the same notebooks: its own execution, its own checks."""
    make_class(folder / "submitted", count)
    source = folder / "source" / NAME / f"{NAME}.ipynb"
    source.parent.mkdir(parents=True)
    jupytext.write(jupytext.read(source_path(NAME)), source)
    (folder / "nbgrader_config.py").write_text(
        f"c = get_config()\nc.CourseDirectory.root = {str(folder)!r}\n"
        "c.CourseDirectory.course_id = 'benchmark'\n"
    )
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}

    def nbgrader(*arguments: str) -> None:
        command = [str(BIN / "nbgrader"), *arguments]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(done.stderr[-2000:])

    nbgrader("generate_assignment", NAME, "--create", "--force")
    for student in (folder / "submitted").iterdir():
        nbgrader("db", "student", "add", student.name)
    started = time.perf_counter()
    nbgrader("autograde", NAME)
    seconds = time.perf_counter() - started
    started = time.perf_counter()
    nbgrader("autograde", "--help")  # its start-up, which a large class pays once
    return (seconds - (time.perf_counter() - started)) / count


def time_floor(repeats: int = 30) -> None:
    """The engine on one core against what no engine could avoid."""
    tests = AssignmentTests(course_root() / "graders" / "hidden" / NAME, source_path(NAME))
    spec = importlib.util.spec_from_file_location("floor", source_path(NAME))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    direct = SimpleNamespace(
        **{name: getattr(module, name) for name in dir(module) if not name.startswith("__")},
        after=lambda name, *a, **k: SimpleNamespace(result=getattr(module, name)(*a, **k), args=a),
    )
    code = from_script(f"{NAME}.py", source_path(NAME).read_bytes())
    limits = Limits()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # as a worker that has a core to itself
    spawning = working = grading = 0.0
    with Sandbox(limits) as sandbox:
        for number in range(repeats):
            seed = str(number).encode()
            started = time.perf_counter()
            sandbox.open(NAME).end()
            spawned = time.perf_counter()
            list(tests.run(direct, seed))
            worked = time.perf_counter()
            with Submission(sandbox, NAME, code, limits) as submission:
                list(tests.run(Student(submission), seed))
            grading += time.perf_counter() - worked
            working += worked - spawned
            spawning += spawned - started
    floor = (spawning + working) / repeats
    row("floor: fork and namespaces", spawning / repeats)
    row("floor: the tests' own work", working / repeats)
    row("engine, one core", grading / repeats)
    print(f"{'ratio':>60}  {grading / repeats / floor:8.2f} times the floor\n")


if __name__ == "__main__":
    shutil.which("nbgrader", path=str(BIN)) or sys.exit("nbgrader is not installed: make install")
    main()

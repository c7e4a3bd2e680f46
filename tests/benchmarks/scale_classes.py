"""Time and memory of `dlcourse grade` against the size of the class."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.grading import BIN, MISTAKES, NAME, make_class
from tests.benchmarks.scale_usage import Usage, Watch

COMMAND, WORKERS = "the command", "workers and sandboxes"


@dataclass(frozen=True)
class Class:
    """A class of `size` that was graded.

    Attributes:
        wall: seconds by the clock, `after` the last submission was graded how many of them.
        command: seconds of processor of the command itself, `workers` of all that it started.
        again: seconds of processor of the same command once more, with nothing new to grade.
        command_mib: memory of the command, and `workers_mib` of the rest, when all took most.
        disk: bytes that it left there, in `files`.
    """

    size: int
    wall: float
    after: float
    command: float
    workers: float
    again: float
    command_mib: float
    workers_mib: float
    disk: int
    files: int

    @property
    def processor(self) -> float:
        return self.command + self.workers

    @property
    def mib(self) -> float:
        return self.command_mib + self.workers_mib


HEAD = (
    f"{'':7} {'ms of processor a submission':>31}  {'s of processor':>15}  {'s by clock':>12}"
    f"  {'MiB at the peak':>22}  {'on disk a submission':>21}\n"
    f"{'class':>7} {'command':>8} {'workers':>7} {'both':>6} {'ratio':>7}  {'once more':>15}"
    f"  {'all':>5} {'after':>6}  {'command':>7} {'workers':>8} {'all':>5}  {'kB':>10} {'files':>10}"
)


def line(found: Class, smallest: Class) -> str:
    each = 1000 / found.size
    ratio = found.processor / found.size / (smallest.processor / smallest.size)
    return (
        f"{found.size:7,} {found.command * each:8.1f} {found.workers * each:7.1f} "
        f"{found.processor * each:6.1f} {ratio:7.2f}  {found.again:15.1f}"
        f"  {found.wall:5.0f} {found.after:6.1f}"
        f"  {found.command_mib:7.0f} {found.workers_mib:8.0f} {found.mib:5.0f}"
        f"  {found.disk / found.size / 1000:10.1f} {found.files / found.size:10.1f}"
    )


def growth(small: Class, large: Class) -> str:
    """What each submission costs, and what comes once, from two sizes."""
    more = large.size - small.size

    def each(what: str) -> float:
        return (getattr(large, what) - getattr(small, what)) / more

    once = {w: getattr(small, w) - each(w) * small.size for w in ("command", "workers")}
    return (
        f"from {small.size:,} to {large.size:,} a submission adds {each('command') * 1000:.1f} ms "
        f"to the command and {each('workers') * 1000:.1f} ms to the workers; "
        f"{once['command']:.1f} s and {once['workers']:.1f} s come once\n"
        f"1,000 submissions add {each('command_mib') * 1000:.1f} MiB to the command and "
        f"{each('workers_mib') * 1000:.1f} MiB to the workers; and {each('after') * 1000:.2f} s "
        "after the last is graded"
    )


def large_class(folder: Path, count: int) -> None:
    """The same notebooks as `make_class`, written from its first three: twenty times as fast."""
    make_class(folder, min(count, len(MISTAKES)))
    first = [path.read_text() for path in sorted(folder.glob(f"*/{NAME}/{NAME}.ipynb"))]
    for number in range(len(first), count):
        kind = number % len(first)
        text = first[kind].replace(f"student {kind}", f"student {number}", 1)
        target = folder / f"s{number:05}" / NAME / f"{NAME}.ipynb"
        target.parent.mkdir(parents=True)
        target.write_text(text)


def graded(size: int, jobs: int) -> Class:
    """A class of so many made and graded, then removed."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        large_class(folder / "submitted", size)
        out = folder / "grades"
        command = [BIN / "dlcourse", "grade", NAME, folder / "submitted", "--out", out]
        usage = watched([*command, "--jobs", str(jobs)])
        after = time.time() - (out / "records.jsonl").stat().st_mtime
        again = watched([*command, "--jobs", str(jobs)])
        scores = json.loads((out / "results.json").read_text())["submissions"]
        assert sum(one["score"] == 100 for one in scores) == size - size // 3
        files = [path for path in out.rglob("*") if path.is_file()]
        return Class(
            size=size,
            wall=usage.seconds,
            after=after,
            command=usage.processor[COMMAND],
            workers=usage.processor[WORKERS],
            again=again.processor.total(),
            command_mib=usage.peak_mib[COMMAND],
            workers_mib=usage.peak_mib[WORKERS],
            disk=sum(path.stat().st_blocks * 512 for path in files),
            files=len(files),
        )


def watched(command: list[str | Path]) -> Usage:
    """What a command takes that exits with 0."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with (
        subprocess.Popen(command, **quiet) as process,
        Watch({process.pid: (COMMAND, WORKERS)}) as watch,
    ):
        process.wait()
    assert process.returncode == 0
    return watch.usage


def run(sizes: Iterable[int], jobs: int) -> list[Class]:
    """Prints a line as each size ends, and what a submission costs beyond the smallest class."""
    found: list[Class] = []
    print(HEAD, flush=True)
    for size in sorted(sizes):
        print(f"grading {size:,}", file=sys.stderr, flush=True)
        found.append(graded(size, jobs))
        print(line(found[-1], found[0]), flush=True)
    if len(found) > 1:
        print(growth(found[0], found[-1]), flush=True)
    return found

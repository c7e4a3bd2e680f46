"""Grading on 1, 2, 4, 8 workers of a Dask scheduler, over networks of several latencies.

A machine with two cores computes no faster on eight workers. So there are submissions of two kinds:

- of `softmax`, which compute: they show what grading costs, and no more than the cores there are;
- that take some seconds on their worker and no core, after which it hands over a result of
  `softmax`: any number of workers hold them side by side here as on machines of their own. Of those
  that take no time, what is left is the hand-over.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from graders.engine.catalogue import source_path
from graders.engine.cells import from_script
from graders.engine.cluster import cluster_workers
from graders.engine.pool import AHEAD, Workers, perform_all
from graders.engine.results import SubmissionResult
from graders.engine.settings import settings_for
from graders.engine.worker import GradingJob, GradingSettings, broken, grade_one
from graders.sandbox.limits import Limits
from tests.benchmarks.grading import NAME
from tests.benchmarks.scale_cluster import Cluster, cluster
from tests.benchmarks.scale_usage import Watch

COMMAND, SCHEDULER, WORKERS = "the command", "scheduler", "workers and sandboxes"
COMPUTES = 5  # submissions that compute, for each worker
WAIT_ABOUT_S = 6.0
LEAST, MOST = 10, 100  # submissions, in all and for each worker


Perform = Callable[[GradingJob], SubmissionResult]


@dataclass(frozen=True)
class Kind:
    """Submissions that are graded, or take `seconds` and no core."""

    seconds: float | None = None

    @property
    def name(self) -> str:
        if self.seconds is None:
            return "computes"
        return f"takes {self.seconds:g} s" if self.seconds else "takes no time"

    @property
    def grade(self) -> Callable[[GradingSettings, GradingJob], SubmissionResult]:
        return grade_one if self.seconds is None else partial(ready, self.seconds)

    def count(self, workers: int) -> int:
        """How many tell something."""
        if self.seconds is None:
            return max(LEAST, COMPUTES * workers)
        each = min(MOST, WAIT_ABOUT_S / self.seconds) if self.seconds else MOST
        return max(LEAST, round(each * workers))


@dataclass(frozen=True)
class Handed:
    """What `count` submissions took: seconds by the clock and of processors, MiB, and bytes that
    went through the network."""

    kind: str
    workers: int
    latency: float
    count: int
    wall: float
    command: float
    scheduler: float
    grading: float
    mib_worker: float
    mib_scheduler: float
    bytes: int

    @property
    def rate(self) -> float:
        """Submissions a second."""
        return self.count / self.wall


HEAD = (
    f"{'':53}  {'ms of processor a submission':>28}  {'MiB':>15}\n"
    f"{'submission':>13} {'workers':>8} {'latency':>8} {'a second':>9} {'efficiency':>11}"
    f"  {'command':>8} {'scheduler':>10} {'workers':>8}  {'each':>5} {'scheduler':>9}  {'kB':>5}"
)


def line(found: Handed, one: Handed) -> str:
    """Efficiency is the rate of a worker against that of `one` worker without latency."""
    each = 1000 / found.count
    return (
        f"{found.kind:>13} {found.workers:8} {found.latency * 1000:5.0f} ms {found.rate:9.1f} "
        f"{found.rate / found.workers / one.rate * one.workers:11.0%}  {found.command * each:8.1f} "
        f"{found.scheduler * each:10.1f} {found.grading * each:8.1f}  {found.mib_worker:5.0f} "
        f"{found.mib_scheduler:9.0f}  {found.bytes / found.count / 1000:5.1f}"
    )


_READY: list[SubmissionResult] = []


def ready(seconds: float, settings: GradingSettings, job: GradingJob) -> SubmissionResult:
    """A result as large as any, made once in each worker."""
    if not _READY:
        _READY.append(grade_one(settings, job))
    time.sleep(seconds)
    return replace(_READY[0], student=job.student)


def jobs(count: int) -> Iterator[GradingJob]:
    source = source_path(NAME).read_text()
    for number in range(count):
        code = from_script(f"{NAME}.py", f"# {number}\n{source}".encode())
        yield GradingJob(f"s{number}", str(number).encode(), str(number), code)


def handed(here: Cluster, kind: Kind, latency: float) -> Handed:
    settings = settings_for(NAME, Limits.submission_seconds, sandboxed=True)
    count = kind.count(len(here.pids))
    perform = partial(kind.grade, settings)
    with cluster_workers(here.address) as workers:
        assert workers.count == len(here.pids)
        _warm(perform, workers)
        here.network.set_latency(latency)
        roots = {here.scheduler: (SCHEDULER,) * 2} | dict.fromkeys(here.pids, (WORKERS,) * 2)
        to_grade = list(jobs(count))
        passed, own = here.network.passed, time.process_time()
        with Watch(roots) as watch:
            results = list(perform_all(perform, to_grade, workers, broken))
        own = time.process_time() - own - watch.own
        passed = here.network.passed - passed
        here.network.set_latency(0.0)
    assert len(results) == count
    assert all(result.score == 100 for result in results), results[0]
    usage = watch.usage
    return Handed(
        *(kind.name, len(here.pids), latency, count, usage.seconds, own),
        *(usage.processor[SCHEDULER], usage.processor[WORKERS]),
        *(usage.peak_mib[WORKERS] / len(here.pids), usage.peak_mib[SCHEDULER], passed),
    )


def _warm(perform: Perform, workers: Workers) -> None:
    """Until each worker has imported what it needs, and graded one."""
    list(perform_all(perform, jobs(workers.count * AHEAD), workers, broken))


def run(counts: Iterable[int], latencies: Iterable[float], takes: Iterable[float]) -> list[Handed]:
    """Prints a line for each kind, number of workers and latency, beside the first of the kind."""
    kinds = [Kind(), *map(Kind, sorted(takes))]
    counts, latencies = sorted(counts), sorted(latencies)
    found: list[Handed] = []
    print(HEAD, flush=True)
    with tempfile.TemporaryDirectory() as folder, cluster(counts[-1], Path(folder)) as here:
        for count in counts:
            here.grow(count)
            for kind in kinds:
                for latency in latencies:
                    print(f"{count} workers, {kind.name}, {latency} s", file=sys.stderr)
                    found.append(handed(here, kind, latency))
                    first = next(one for one in found if one.kind == kind.name)
                    print(line(found[-1], first), flush=True)
    return found

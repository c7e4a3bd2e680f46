"""Running jobs on any executor: results as they come, and a worker's death survived."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import resource
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from dataclasses import dataclass
from itertools import islice
from typing import Any

from graders.engine.results import SubmissionResult
from graders.engine.worker import GradingJob, GradingSettings, broken, grade_one
from graders.errors import GraderBroke

MAX_DEATHS = 2  # of its own worker, after which a submission is given up
AHEAD = 4  # jobs in flight for each worker: enough to keep it busy, few enough to stay small
GRADER_BYTES = 4 << 30  # of memory that a worker itself may take; usual are 0.2

PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Workers:
    """Where jobs run: how many at a time, how to start an executor, and how deaths show."""

    count: int
    start: Callable[[int], Executor]
    died: type[Exception] = BrokenExecutor


def local_workers(count: int) -> Workers:
    """Processes on this machine, which end when this process does, however it ends."""
    return Workers(count, _start_processes)


def _start_processes(count: int) -> Executor:
    context = multiprocessing.get_context("spawn")
    started = context.Value("i", 0)
    return ProcessPoolExecutor(count, context, _begin, (os.getpid(), count, started))


def _begin(parent: int, count: int, started: Any) -> None:
    """What each worker process does first."""
    _end_with_parent(parent)
    # What a test makes of an answer may be large for reasons that nobody thought of: then the
    # test fails, and not the machine.
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    most = GRADER_BYTES if hard == resource.RLIM_INFINITY else min(GRADER_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
    cores = sorted(os.sched_getaffinity(0))
    if count >= len(cores):
        # A call into the sandbox is a hand-over between two processes. On one core that is a
        # switch; across two, each hand-over wakes a sleeping core, a fifth of the whole time.
        with started.get_lock():
            os.sched_setaffinity(0, {cores[started.value % len(cores)]})
            started.value += 1


def _end_with_parent(parent: int) -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    if os.getppid() != parent:
        os._exit(1)


def grade_all(
    settings: GradingSettings, jobs: Iterable[GradingJob], workers: Workers
) -> Iterator[SubmissionResult]:
    """Grade every job, in whatever order they finish.

    A worker that dies takes nobody's grade with it: the jobs in flight run again one at a time,
    so that one that keeps killing its worker stands out, and it alone is ``failed``.

    Raises:
        GraderBroke: the cluster is gone; what was yielded before is good.
    """
    waiting = iter(jobs)
    while True:
        lost: list[GradingJob] = []
        yield from _together(settings, waiting, workers, lost)
        if not lost:
            return
        yield from _one_by_one(settings, lost, workers)


def _together(
    settings: GradingSettings,
    waiting: Iterator[GradingJob],
    workers: Workers,
    lost: list[GradingJob],
) -> Iterator[SubmissionResult]:
    """Grade until nothing is waiting or a worker died; then ``lost`` holds what was in flight."""
    running: dict[Future[SubmissionResult], GradingJob] = {}
    executor = workers.start(workers.count)
    try:
        while not lost or running:
            if not lost:
                for job in islice(waiting, workers.count * AHEAD - len(running)):
                    running[executor.submit(grade_one, settings, job)] = job
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                job = running.pop(future)
                try:
                    yield future.result()
                except workers.died:
                    lost.append(job)
                except CancelledError:
                    raise GraderBroke("the cluster is gone: what was finished is kept") from None
    finally:
        for future in running:
            future.cancel()
        executor.shutdown(wait=False)


def _one_by_one(
    settings: GradingSettings, jobs: list[GradingJob], workers: Workers
) -> Iterator[SubmissionResult]:
    """Grade with one worker, replaced whenever it dies."""
    executor = workers.start(1)
    try:
        for job in jobs:
            for _ in range(MAX_DEATHS):
                try:
                    yield executor.submit(grade_one, settings, job).result()
                    break
                except workers.died:
                    executor.shutdown(wait=False)
                    executor = workers.start(1)
            else:
                yield broken(job, f"its worker process died {MAX_DEATHS} times")
    finally:
        executor.shutdown(wait=False)

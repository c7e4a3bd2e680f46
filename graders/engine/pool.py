"""Running jobs on any executor: results as they come, and a worker's death survived."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    wait,
)
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import islice

from graders.engine.interrupts import interrupts_held
from graders.engine.results import SubmissionResult
from graders.engine.worker import GradingJob, GradingSettings, broken, grade_one
from graders.errors import GraderBroke

MAX_DEATHS = 2  # of its own worker, after which a submission is given up
AHEAD = 4  # jobs in flight for each worker: enough to keep it busy, few enough to stay small


@dataclass(frozen=True)
class Workers:
    """Where jobs run: how many at a time, an executor of so many, and how deaths show.

    An executor is a context: left by an exception, it ends at once what it runs. Where workers come
    and go, `present` tells how many there are by now.
    """

    count: int
    executor: Callable[[int], AbstractContextManager[Executor]]
    died: type[Exception] = BrokenExecutor
    present: Callable[[], int] | None = None

    @property
    def in_flight(self) -> int:
        """How many jobs keep them busy."""
        return AHEAD * (self.count if self.present is None else max(1, self.present()))


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
    lost: list[GradingJob] = []
    try:
        while True:
            yield from _together(settings, waiting, workers, lost)
            if not lost:
                return
            yield from _one_by_one(settings, lost, workers)
            lost.clear()
    except CancelledError:
        raise GraderBroke("the cluster is gone: what was finished is kept") from None


def _together(
    settings: GradingSettings,
    waiting: Iterator[GradingJob],
    workers: Workers,
    lost: list[GradingJob],
) -> Iterator[SubmissionResult]:
    """Grade until nothing is waiting or a worker died; then ``lost`` holds what was in flight."""
    running: dict[Future[SubmissionResult], GradingJob] = {}
    with workers.executor(workers.count) as executor:
        while not lost or running:
            if not lost:
                for job in islice(waiting, max(0, workers.in_flight - len(running))):
                    try:
                        running[_submit(executor, settings, job)] = job
                    except workers.died:
                        lost.append(job)
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                job = running.pop(future)
                try:
                    yield future.result()
                except workers.died:
                    lost.append(job)


def _one_by_one(
    settings: GradingSettings, jobs: list[GradingJob], workers: Workers
) -> Iterator[SubmissionResult]:
    """Grade with one worker, replaced whenever it dies."""
    waiting, deaths = deque(jobs), 0
    while waiting:
        with workers.executor(1) as executor:
            try:
                while waiting:
                    result = _submit(executor, settings, waiting[0]).result()
                    waiting.popleft()
                    deaths = 0
                    yield result
            except workers.died:
                deaths += 1
        if deaths == MAX_DEATHS:
            yield broken(waiting.popleft(), f"its worker process died {MAX_DEATHS} times")
            deaths = 0


def _submit(
    executor: Executor, settings: GradingSettings, job: GradingJob
) -> Future[SubmissionResult]:
    with interrupts_held():  # an executor that is interrupted as it starts a worker never ends
        try:
            return executor.submit(grade_one, settings, job)
        except BrokenPipeError as error:  # the worker died before it was told what it is
            raise BrokenExecutor(str(error)) from error

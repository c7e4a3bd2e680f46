"""Jobs on any executor: results as they come, and a worker's death survived."""

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
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")

MAX_DEATHS = 2  # of its own worker, after which a job is given up
AHEAD = 4  # jobs in flight for each worker: enough to keep it busy, few enough to stay small


class WorkersGone(Exception):
    """A cluster went away with its workers; the message is one line for who runs the command."""

    exit_status = 1


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


def perform_all(
    perform: Callable[[Job], Result],
    jobs: Iterable[Job],
    workers: Workers,
    given_up: Callable[[Job, str], Result],
) -> Iterator[Result]:
    """What every job comes to, in whatever order they finish.

    A worker that dies takes no other job with it: those in flight run again one at a time, so that
    one that keeps killing its worker stands out, and it alone is `given_up`.

    Args:
        perform: runs in a worker, and raises no OSError.
        given_up: from such a job and the reason, the result in its place.

    Raises:
        WorkersGone: the cluster is gone; what was yielded before is good.
    """
    waiting = iter(jobs)
    lost: list[Job] = []
    while True:
        yield from _together(perform, waiting, workers, lost)
        if not lost:
            return
        yield from _one_by_one(perform, lost, workers, given_up)
        lost.clear()


def _together(
    perform: Callable[[Job], Result], waiting: Iterator[Job], workers: Workers, lost: list[Job]
) -> Iterator[Result]:
    """Go on until nothing is waiting or a worker died; then ``lost`` holds what was in flight."""
    running: dict[Future[Result], Job] = {}
    with workers.executor(workers.count) as executor:
        while not lost or running:
            if not lost:
                for job in islice(waiting, max(0, workers.in_flight - len(running))):
                    try:
                        running[_submit(executor, perform, job)] = job
                    except workers.died:
                        lost.append(job)
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                job = running.pop(future)
                try:
                    yield _result(future)
                except workers.died:
                    lost.append(job)


def _one_by_one(
    perform: Callable[[Job], Result],
    jobs: list[Job],
    workers: Workers,
    given_up: Callable[[Job, str], Result],
) -> Iterator[Result]:
    """With one worker, replaced whenever it dies."""
    waiting, deaths = deque(jobs), 0
    while waiting:
        with workers.executor(1) as executor:
            try:
                while waiting:
                    result = _result(_submit(executor, perform, waiting[0]))
                    waiting.popleft()
                    deaths = 0
                    yield result
            except workers.died:
                deaths += 1
        if deaths == MAX_DEATHS:
            yield given_up(waiting.popleft(), f"its worker process died {MAX_DEATHS} times")
            deaths = 0


def _submit(executor: Executor, perform: Callable[[Job], Result], job: Job) -> Future[Result]:
    with _reached():
        try:
            return executor.submit(perform, job)
        except BrokenPipeError as error:  # the worker died before it was told what it is
            raise BrokenExecutor(str(error)) from error


def _result(future: Future[Result]) -> Result:
    with _reached():
        return future.result()


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except (CancelledError, OSError) as error:
        why = f" ({error})" if str(error) else ""
        raise WorkersGone(
            f"the workers are gone{why}: what was finished is kept, run again"
        ) from error

"""Where runs run: in this process, in worker processes, or on a Dask scheduler's workers."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import cache

from course.deferred import deferred
from graders.installation import install_command
from lightning_modules.errors import BadInput, Unavailable
from lightning_modules.experiments.plan import Job
from lightning_modules.experiments.records import Record

CONNECT_SECONDS = 10
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Workers:
    """How many runs go on at a time, how to start an executor, and how a worker's death shows."""

    count: int
    start: Callable[[], Executor]
    died: type[Exception] = BrokenExecutor


def perform_all(jobs: Iterable[Job], workers: Workers | None) -> Iterator[Record]:
    """Records as runs end, in any order; without `workers` one after the other, in this process.

    A worker that dies takes only its own run with it: the runs in flight go again, one at a time.

    Raises:
        Unavailable: the cluster is gone.
    """
    waiting = list(jobs)
    if workers is None:
        yield from map(_perform, waiting)
        return
    while waiting:
        lost: list[Job] = []
        yield from _together(waiting, workers, lost)
        for job in lost:
            again: list[Job] = []
            yield from _together([job], workers, again)
            if again:
                yield replace(job.record, error="its worker process died twice")


def _perform(job: Job) -> Record:
    return _performer()(job)


@cache
def _performer() -> Callable[[Job], Record]:
    """Imports PyTorch, in the process that performs the jobs."""
    with deferred():
        from course.experiment_jobs import perform
    return perform


def _together(waiting: list[Job], workers: Workers, lost: list[Job]) -> Iterator[Record]:
    """Empties `waiting`, until a worker dies; then `lost` holds what was in flight."""
    running: dict[Future[Record], Job] = {}
    executor = workers.start()
    try:
        while running or (waiting and not lost):
            while waiting and not lost and len(running) < 2 * workers.count:
                try:
                    future = executor.submit(_perform, waiting[0])
                except workers.died:
                    break
                except Exception as error:
                    raise _gone(error) from error
                running[future] = waiting.pop(0)
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                job = running.pop(future)
                try:
                    yield future.result()
                except workers.died:
                    lost.append(job)
                except Exception as error:
                    raise _gone(error) from error
    except BaseException:
        for worker in multiprocessing.active_children():
            worker.kill()  # what it is at would be lost, too, and Ctrl-C would have to wait for it
        raise
    finally:
        for future in running:
            future.cancel()
        executor.shutdown(wait=False)


def _gone(error: Exception) -> Unavailable:
    return Unavailable(f"the workers are gone ({error}); what was finished is kept: run again")


def workers_for(jobs: int | None, cluster: str | None) -> AbstractContextManager[Workers | None]:
    """Workers as the command line asks for them.

    Raises:
        BadInput: fewer than one job, or no cluster at that address.
    """
    if cluster:
        return _cluster(cluster)
    count = jobs if jobs is not None else os.cpu_count() or 1
    if count < 1:
        raise BadInput(f"--jobs {count}: must be at least 1")
    return nullcontext(Workers(count, lambda: _processes(count)) if count > 1 else None)


def _processes(count: int) -> Executor:
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(count, context, _begin, (os.getpid(),))


def _begin(parent: int) -> None:
    """What each worker does first: it ends when its parent does, however that ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    if os.getppid() != parent:
        os._exit(1)


@contextmanager
def _cluster(address: str) -> Iterator[Workers]:
    try:
        from distributed import Client, KilledWorker
    except ImportError:
        raise BadInput(f"--cluster needs Dask: {install_command('cluster')}") from None
    try:
        client = Client(address, timeout=CONNECT_SECONDS)
    except (OSError, ValueError, TypeError):
        raise BadInput(
            f"--cluster {address}: no Dask scheduler answers there "
            "(start one with 'dask scheduler' and give its tcp:// address)"
        ) from None
    with client:
        count = len(client.nthreads())
        if count == 0:
            raise BadInput(f"--cluster {address}: no workers yet, start some with 'dask worker'")
        # pure=False: the same call twice is two runs, never one remembered answer
        yield Workers(count, lambda: client.get_executor(pure=False), died=KilledWorker)

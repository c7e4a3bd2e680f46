"""Worker processes on this machine: how they begin, what they may take, and that they end."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import resource
import signal
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any

from graders.engine.interrupts import interrupts_held
from graders.engine.pool import Workers
from graders.errors import BadInput

GRADER_BYTES = 4 << 30  # of memory that a worker itself may take; usual are 0.2

PR_SET_PDEATHSIG = 1


def worker_count(jobs: int | None) -> int:
    """How many processes ``--jobs`` asks for; one per core if it was left out.

    Raises:
        BadInput: fewer than one.
    """
    count = len(os.sched_getaffinity(0)) if jobs is None else jobs
    if count < 1:
        raise BadInput(f"--jobs {jobs}: at least 1")
    return count


def local_workers(count: int) -> Workers:
    """Processes on this machine, which end when this process does, however it ends."""
    return Workers(count, _processes)


class _Processes(ProcessPoolExecutor):
    """Starts workers as jobs come; one that is interrupted as it starts a worker never ends."""

    def submit(self, *work: Any, **options: Any) -> Future[Any]:
        with interrupts_held():
            return super().submit(*work, **options)


@contextmanager
def _processes(count: int) -> Iterator[Executor]:
    context = multiprocessing.get_context("spawn")
    others = multiprocessing.active_children()
    started = context.Value("i", 0)
    executor = _Processes(count, context, _begin, (os.getpid(), count, started))
    try:
        yield executor
    except BaseException:
        # What is running may take minutes, and an executor waits for it, even as Python ends.
        with interrupts_held():
            executor.shutdown(wait=False, cancel_futures=True)
            for child in multiprocessing.active_children():
                if child not in others:
                    child.kill()
        raise
    executor.shutdown(wait=False)


def _begin(parent: int, count: int, started: Any) -> None:
    """What each worker process does first."""
    _end_with_parent(parent)
    _limit_memory()
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
    signal.pthread_sigmask(signal.SIG_SETMASK, ())  # it was held as this process was started
    if os.getppid() != parent:
        os._exit(1)


def _limit_memory() -> None:
    """What a test makes of an answer may be large for reasons that nobody thought of.

    Then the test fails, and not the machine.
    """
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    most = GRADER_BYTES if hard == resource.RLIM_INFINITY else min(GRADER_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))

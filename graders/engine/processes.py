"""Graders' processes on this machine: how many, on which core, and what they may take."""

from __future__ import annotations

import multiprocessing
import os
import resource
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from typing import Any

from graders.engine.pool import Workers
from graders.engine.spawned import spawned
from graders.errors import BadInput

GRADER_BYTES = 4 << 30  # of memory that a worker itself may take; usual are 0.2


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
    return Workers(count, _graders)


def _graders(count: int) -> AbstractContextManager[Executor]:
    started = multiprocessing.get_context("spawn").Value("i", 0)
    return spawned(count, _begin, count, started)


def _begin(count: int, started: Any) -> None:
    """What each worker process does first."""
    _limit_memory()
    cores = sorted(os.sched_getaffinity(0))
    if count >= len(cores):
        # A call into the sandbox is a hand-over between two processes. On one core that is a
        # switch; across two, each hand-over wakes a sleeping core, a fifth of the whole time.
        with started.get_lock():
            os.sched_setaffinity(0, {cores[started.value % len(cores)]})
            started.value += 1


def _limit_memory() -> None:
    """What a test makes of an answer may be large for reasons that nobody thought of.

    Then the test fails, and not the machine.
    """
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    most = GRADER_BYTES if hard == resource.RLIM_INFINITY else min(GRADER_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))

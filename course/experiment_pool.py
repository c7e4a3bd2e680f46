"""Where runs run: in this process, in worker processes, or on a Dask scheduler's workers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import cache

from course.deferred import deferred
from graders.engine import pool
from graders.engine.cluster import cluster_workers
from graders.engine.pool import Workers
from graders.engine.spawned import spawned
from lightning_modules.errors import BadInput
from lightning_modules.experiments.plan import Job
from lightning_modules.experiments.records import Record


def perform_all(jobs: Iterable[Job], workers: Workers | None) -> Iterator[Record]:
    """Records as runs end, in any order; without `workers` one after the other, in this process.

    A worker that dies takes only its own run with it: the runs in flight go again, one at a time.

    Raises:
        WorkersGone: the cluster is gone.
    """
    if workers is None:
        return map(_perform, jobs)
    return pool.perform_all(_perform, jobs, workers, _given_up)


def _perform(job: Job) -> Record:
    return _performer()(job)


@cache
def _performer() -> Callable[[Job], Record]:
    """Imports PyTorch, in the process that performs the jobs."""
    with deferred():
        from course.experiment_jobs import perform
    return perform


def _given_up(job: Job, why: str) -> Record:
    return replace(job.record, error=why)


def workers_for(jobs: int | None, cluster: str | None) -> AbstractContextManager[Workers | None]:
    """Workers as the command line asks for them.

    Raises:
        BadInput: fewer than one job, or no cluster at that address.
    """
    if cluster:
        return cluster_workers(cluster)
    count = jobs if jobs is not None else os.cpu_count() or 1
    if count < 1:
        raise BadInput(f"--jobs {count}: must be at least 1")
    return nullcontext(Workers(count, spawned) if count > 1 else None)

"""``--cluster`` of `dlcourse grade` and `experiment`: the same jobs on a Dask scheduler's workers.

Any way to start Dask workers will do (SLURM, Kubernetes, SSH). Each needs the course at the same
path, its extras ``lessons`` and ``cluster``, and one thread per worker; to grade, also the extra
``grade``, and Linux with user namespaces.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from functools import lru_cache

from graders.engine.pool import Workers
from graders.errors import BadInput
from graders.installation import install_command

CONNECT_SECONDS = 10
FIRST_WORKER_SECONDS = 60  # a job of SLURM or a pod that starts imports from a shared disk
COUNT_EVERY_SECONDS = 2.0


@contextmanager
def cluster_workers(address: str) -> Iterator[Workers]:
    """The workers of the scheduler at ``address``, as long as the context lasts.

    Raises:
        BadInput: Dask is not installed, nobody answers, or no worker comes.
    """
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
        try:
            client.wait_for_workers(1, timeout=FIRST_WORKER_SECONDS)
        except TimeoutError:
            raise BadInput(
                f"--cluster {address}: no workers, start some with 'dask worker'"
            ) from None

        @lru_cache(maxsize=1)
        def count_at(moment: int) -> int:
            return len(client.nthreads())

        def present() -> int:
            """Workers there are by now: batch systems and autoscalers start them one by one."""
            try:
                return count_at(int(time.monotonic() / COUNT_EVERY_SECONDS))
            except OSError:  # the scheduler is gone: what is in flight ends, and says so
                return 0

        @contextmanager
        def executor(_: int) -> Iterator[Executor]:
            # pure=False: the same call twice is two runs, never one remembered answer
            executor = client.get_executor(pure=False)
            try:
                yield executor
            finally:
                executor.shutdown(wait=False)

        yield Workers(present(), executor, died=KilledWorker, present=present)

"""``dlcourse grade --cluster``: the same jobs on a Dask scheduler's workers.

Any way to start Dask workers will do (SLURM, Kubernetes, SSH). Each needs the course at the same
path, its extras ``lessons``, ``grade`` and ``cluster``, Linux with user namespaces, and one thread
per worker.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from graders.engine.pool import Workers
from graders.errors import BadInput
from graders.installation import install_command

CONNECT_SECONDS = 10


@contextmanager
def cluster_workers(address: str) -> Iterator[Workers]:
    """The workers of the scheduler at ``address``, as long as the context lasts.

    Raises:
        BadInput: Dask is not installed, nobody answers, or there are no workers.
    """
    try:
        from distributed import Client, KilledWorker
    except ImportError:
        raise BadInput(f"--cluster needs Dask: {install_command('grade', 'cluster')}") from None
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

        @contextmanager
        def executor(_: int) -> Iterator[Executor]:
            # pure=False: the same call twice is two gradings, never one remembered answer
            executor = client.get_executor(pure=False)
            try:
                yield executor
            finally:
                executor.shutdown(wait=False)

        yield Workers(count, executor, died=KilledWorker)

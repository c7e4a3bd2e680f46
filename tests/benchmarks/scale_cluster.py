"""A Dask scheduler and workers as processes of this machine, each behind a network of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from distributed import Client

from tests.benchmarks.scale_network import Network

DASK = Path(sys.executable).with_name("dask")
PATIENCE_S = 120


class Cluster:
    """Workers that reach the scheduler, and are reached by it, through a network with a latency.

    Whoever grades sits beside the scheduler, as a command does that is run on its machine.

    Args:
        network: a route to the scheduler, then one to each worker that may be started.
    """

    def __init__(self, network: Network, stack: ExitStack, folder: Path) -> None:
        self.network, self.pids = network, []
        self._stack, self._folder = stack, folder
        self._to_scheduler, *self._to_workers = network.routes
        self.address = f"tcp://127.0.0.1:{self._to_scheduler.target}"
        port = str(self._to_scheduler.target)
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", port)
        with Client(self.address, timeout=PATIENCE_S):
            pass

    def grow(self, count: int) -> None:
        """Start workers until there are `count`."""
        while len(self.pids) < count:
            route = self._to_workers[len(self.pids)]
            self.pids.append(
                self._start(
                    *("worker", f"tcp://127.0.0.1:{self._to_scheduler.listen}"),
                    *("--nthreads", "1", "--no-nanny", "--memory-limit", "0"),
                    *("--listen-address", f"tcp://127.0.0.1:{route.target}"),
                    *("--contact-address", f"tcp://127.0.0.1:{route.listen}"),
                    *("--local-directory", str(self._folder)),
                )
            )
        with Client(self.address, timeout=PATIENCE_S) as client:
            client.wait_for_workers(count, timeout=PATIENCE_S)

    def _start(self, *command: str) -> int:
        process = subprocess.Popen(
            [DASK, *command, "--no-dashboard"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        self._stack.callback(process.wait)
        self._stack.callback(process.kill)
        return process.pid


@contextmanager
def cluster(most_workers: int, folder: Path) -> Iterator[Cluster]:
    """A scheduler, and room for so many workers; all end with the context."""
    with Network(1 + most_workers) as network, ExitStack() as stack:
        yield Cluster(network, stack, folder)

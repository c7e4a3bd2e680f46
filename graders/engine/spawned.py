"""Worker processes on this machine, which end when this process does, however it ends."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any

from graders.engine.interrupts import hold_no_interrupts, interrupts_held

PR_SET_PDEATHSIG = 1


class _Processes(ProcessPoolExecutor):
    """Starts workers as jobs come; one that is interrupted as it starts a worker never ends."""

    def submit(self, *work: Any, **options: Any) -> Future[Any]:
        with interrupts_held():
            return super().submit(*work, **options)


@contextmanager
def spawned(
    count: int, first: Callable[..., None] | None = None, *arguments: Any
) -> Iterator[Executor]:
    """An executor of `count` processes; left by an exception, it ends at once what they do.

    Args:
        count: of processes.
        first: what each does first, if anything.
        arguments: of `first`.
    """
    context = multiprocessing.get_context("spawn")
    others = multiprocessing.active_children()
    executor = _Processes(count, context, _begin, (os.getpid(), first, arguments))
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


def _begin(parent: int, first: Callable[..., None] | None, arguments: tuple[Any, ...]) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    hold_no_interrupts()  # they were held as this process was started
    if os.getppid() != parent:
        os._exit(1)
    if first is not None:
        first(*arguments)

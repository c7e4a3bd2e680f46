"""Ctrl-C and SIGTERM: a run that is told to end does so within moments, and keeps what it has."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

TOLD_TO_END = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Put off being told to end until the block is over.

    Threads and processes that are started in it go on without hearing of it: it is for this
    thread to end them.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, TOLD_TO_END)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def sigterm_raises() -> Iterator[None]:
    """Let SIGTERM leave the block as Ctrl-C does, by an exception, with exit status 143."""
    if threading.current_thread() is not threading.main_thread():
        yield  # Python lets nobody else choose
        return
    before = signal.signal(signal.SIGTERM, _exit)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _exit(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)

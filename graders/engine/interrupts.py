"""Ctrl-C and SIGTERM: a run that is told to end does so within moments, and keeps what it has."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FrameType

TOLD_TO_END = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Put off being told to end until the block is over.

    Processes that are started in it go on without hearing of it: it is for this one to end them.
    """
    noted: list[int] = []
    before = {}
    if _in_main_thread():  # any other thread may take the signal, but this one hears of it
        for number in TOLD_TO_END:
            before[number] = signal.signal(number, lambda number, frame: noted.append(number))
    mask = _mask("SIG_BLOCK", TOLD_TO_END)  # which a new process inherits
    try:
        yield
    finally:
        _mask("SIG_SETMASK", mask)
        for number, handler in before.items():
            signal.signal(number, handler)
        if noted:
            signal.raise_signal(noted[0])


def hold_no_interrupts() -> None:
    """What a process that was started while they were held does first."""
    _mask("SIG_SETMASK", ())


@contextmanager
def sigterm_raises() -> Iterator[None]:
    """Let SIGTERM leave the block as Ctrl-C does, by an exception, with exit status 143."""
    if not _in_main_thread():
        yield  # Python lets nobody else choose
        return
    before = signal.signal(signal.SIGTERM, _exit)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _exit(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _mask(how: str, numbers: Iterable[int]) -> set[int]:
    """The mask before. On Windows there is none, and nothing to inherit."""
    if sys.platform == "win32":
        return set()
    return {int(number) for number in signal.pthread_sigmask(getattr(signal, how), numbers)}


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()

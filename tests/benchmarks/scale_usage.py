"""What processes take while they run, as /proc shows it: processor time, memory at its peak."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from dataclasses import dataclass

from tests.benchmarks.grading import memory_mib
from tests.benchmarks.grading_shares import times
from tests.processes import descendants

LOOK_EVERY_S = 0.1  # a look at ten processes takes 1 ms
MEMORY_EVERY_S = 1.0  # one at their memory takes several


@dataclass(frozen=True)
class Usage:
    """What each group of processes took: seconds of processor, MiB when all together took most."""

    seconds: float
    processor: Counter[str]
    peak_mib: Counter[str]


class Watch:
    """Looks at processes for as long as the context lasts.

    Args:
        roots: of each process the group that it belongs to, and that of all that it starts.

    Attributes:
        own: seconds of processor that looking took, in this process.
    """

    def __init__(self, roots: dict[int, tuple[str, str]]) -> None:
        self.roots = roots
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._peak: Counter[str] = Counter()
        self.own = 0.0

    def __enter__(self) -> Watch:
        self._started = time.perf_counter()
        self._before = self._processor()
        self._most = self._before.copy()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended = time.perf_counter()
        self._over.set()
        self._thread.join()

    @property
    def usage(self) -> Usage:
        """Once the context is left."""
        spent = Counter({group: self._most[group] - self._before[group] for group in self._most})
        return Usage(self._ended - self._started, spent, self._peak)

    def _watch(self) -> None:
        memory_at = 0.0
        while True:
            over = self._over.wait(LOOK_EVERY_S)
            self._most |= self._processor()  # the larger of each: what ended may be lost to us
            if over or time.perf_counter() >= memory_at:
                memory_at = time.perf_counter() + MEMORY_EVERY_S
                memory = self._memory()
                if memory.total() > self._peak.total():
                    self._peak = memory
            if over:
                self.own = time.thread_time()
                return

    def _processor(self) -> Counter[str]:
        """Seconds of all there are, and of what they waited for when it ended."""
        found: Counter[str] = Counter()
        for root, (group, below) in self.roots.items():
            with contextlib.suppress(OSError):  # it ended while we looked
                own, ended = times(root)
                found[group] += own
                found[below] += ended
            for pid in descendants(root):
                with contextlib.suppress(OSError):
                    found[below] += sum(times(pid))
        return found

    def _memory(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for root, (group, below) in self.roots.items():
            found[group] += memory_mib(root)
            found[below] += sum(map(memory_mib, descendants(root)))
        return found

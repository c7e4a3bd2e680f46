"""What all processes of a submission use together, which no rlimit bounds."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

from graders.sandbox.limits import MAX_FILES, MIB, Limits

_RESIDENT = re.compile(r"^Rss(?:Anon|Shmem):\s+(\d+) kB$", re.MULTILINE)


class Usage:
    """Counts every process in ``/proc`` but those that were there when it was made.

    Args:
        owner: whose processes count, where ``/proc`` shows others', too, and ``/tmp`` is shared.
    """

    def __init__(self, owner: int | None = None) -> None:
        self.owner = owner
        self.trusted = {int(p.name) for p in Path("/proc").iterdir() if p.name.isdecimal()}
        self.inherited = resident(Path("/proc/self"))

    def exceeded(self, limits: Limits) -> str:
        """The limit that the processes exceed together, or nothing."""
        tasks, memory = self.now()
        if tasks > limits.processes:
            return f"more than {limits.processes} processes and threads"
        if memory > limits.memory_bytes:
            return f"more than {limits.memory_bytes // MIB} MiB of memory"
        if self.owner is not None:
            return ""
        files = os.statvfs("/tmp")
        if files.f_files - files.f_ffree > MAX_FILES:  # where this /tmp is the submission's, too
            return f"more than {MAX_FILES} files"
        return ""

    def now(self) -> tuple[int, int]:
        """Processes and threads; bytes of memory beyond what each shares with its warm parent."""
        tasks = memory = 0
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal() and int(entry.name) not in self.trusted:
                with contextlib.suppress(OSError):  # it ended while we looked
                    if self.owner is not None and not is_of(entry, self.owner):
                        continue
                    tasks += len(os.listdir(entry / "task"))  # noqa: PTH208 - a fast path
                    memory += max(0, resident(entry) - self.inherited)
        return tasks, memory


def is_of(process: Path, owner: int) -> bool:
    """Whether a process runs as a user; its folder in ``/proc`` may be root's all the same."""
    return f"\nUid:\t{owner}\t" in (process / "status").read_text()


def resident(process: Path) -> int:
    """Bytes of memory a process holds that no file backs: private and shared pages."""
    sizes = _RESIDENT.findall((process / "status").read_text())
    return 1024 * sum(int(size) for size in sizes)

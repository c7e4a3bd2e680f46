"""What one submission may use. Exceeding a limit costs the test that did it, not the run."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20
MAX_FILES = 4096  # that a submission leaves in its temporary folder, empty ones included


@dataclass(frozen=True)
class Limits:
    call_seconds: float = 10.0
    """Wall clock of one call, or of one notebook cell."""
    submission_seconds: float = 120.0
    """Wall clock of everything a submission runs."""
    memory_bytes: int = 2048 * MIB
    """Of one process beyond the warm parent's own, and of all processes together."""
    processes: int = 64
    """Processes and threads together."""
    file_bytes: int = 64 * MIB
    """All files a submission leaves in its temporary folder."""
    message_bytes: int = 64 * MIB
    """One answer on the wire."""

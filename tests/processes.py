"""The processes behind a run, as /proc shows them."""

from __future__ import annotations

import contextlib
from pathlib import Path


def descendants(pid: int) -> set[int]:
    """The processes that ``pid`` started, those that these did, and so on."""
    found: set[int] = set()
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):  # it ended while we looked
            for child in map(int, children.read_text().split()):
                found |= {child} | descendants(child)
    return found


def command_line(pid: int) -> str:
    """The words of its command, or nothing where it ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""

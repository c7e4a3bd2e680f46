"""Bars on what takes a while."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from rich.console import Console
from rich.progress import track

Step = TypeVar("Step")


def with_bar(steps: Iterable[Step], title: str, count: int) -> Iterable[Step]:
    """``steps`` behind a bar that goes when it is done; none where nobody looks."""
    stderr = Console(stderr=True)
    return track(
        steps, title, count, console=stderr, transient=True, disable=not stderr.is_terminal
    )

"""When an assignment is due, where the folder that hands in, or the course around it, says so.

Two files are looked for in the folder and in the one above it: nbgrader's ``gradebook.db``, and
``due.toml`` with lines like ``softmax = 2026-03-01T12:00:00Z``, which students may read.
"""

from __future__ import annotations

import sqlite3
import tomllib
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path


def due_date(name: str, to: Path) -> datetime | None:
    """The due date of assignment ``name``, or None where none is told or can be read."""
    sources: dict[str, Callable[[Path, str], datetime | None]] = {
        "due.toml": _from_list,
        "gradebook.db": _from_gradebook,
    }
    for folder in (to, to.resolve().parent):
        for file, read in sources.items():
            try:
                due = read(folder / file, name)
            except (OSError, ValueError, sqlite3.Error):
                continue  # not there, not ours to read, or not what it seems
            if due is not None:
                return due
    return None


def _from_list(path: Path, name: str) -> datetime | None:
    due = tomllib.loads(path.read_text(encoding="utf-8")).get(name)
    return due.astimezone() if isinstance(due, datetime) else None  # without a zone: this one's


def _from_gradebook(path: Path, name: str) -> datetime | None:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as gradebook:
        row = gradebook.execute("SELECT duedate FROM assignment WHERE name = ?", (name,)).fetchone()
    return datetime.fromisoformat(row[0]).replace(tzinfo=UTC) if row and row[0] else None

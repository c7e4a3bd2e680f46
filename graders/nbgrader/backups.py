"""``backups/`` beside a gradebook: what it held before each of the last writes."""

from __future__ import annotations

import filecmp
import os
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

FOLDER = "backups"
KEPT = 10
PAGES = 1000  # copied between two looks at the clock


def back_up(path: Path, seconds: float) -> None:
    """Keep a copy of the gradebook at ``path``, unless the newest one says the same.

    Args:
        seconds: how long to wait for a program that is writing to it.

    Raises:
        sqlite3.Error: it is no database, or stays locked.
    """
    folder = path.parent / FOLDER
    folder.mkdir(exist_ok=True)
    new = folder / f".{path.name}.new"
    try:
        copy_database(path, new, seconds)
        kept = backups(path)
        if kept and filecmp.cmp(kept[-1], new, shallow=False):
            return
        new.replace(folder / f"{path.stem}-{datetime.now(UTC):%Y%m%dT%H%M%S-%f}Z{path.suffix}")
    finally:
        new.unlink(missing_ok=True)
    for old in backups(path)[:-KEPT]:
        old.unlink()


def backups(path: Path) -> list[Path]:
    """The copies of a gradebook, oldest first."""
    return sorted((path.parent / FOLDER).glob(f"{path.stem}-*{path.suffix}"))


def copy_database(path: Path, to: Path, seconds: float) -> None:
    """Copy a database as it is between two writes, whoever has it open, for its owner to read.

    Raises:
        sqlite3.Error: it is no database, or stays locked.
        OSError: there is no room for a copy.
    """
    until = time.monotonic() + seconds

    def look(status: int, remaining: int, total: int) -> None:
        # sqlite itself would wait for ever
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > until:
            raise sqlite3.OperationalError("database is locked")

    to.unlink(missing_ok=True)
    to.touch(mode=path.stat().st_mode & 0o777)
    with to.open("wb") as file:  # sqlite would call a full disk an I/O error
        os.posix_fallocate(file.fileno(), 0, max(1, path.stat().st_size))
        file.truncate(0)
    with (
        closing(sqlite3.connect(path, timeout=seconds)) as live,
        closing(sqlite3.connect(to)) as copy,
    ):
        live.backup(copy, pages=PAGES, progress=look, sleep=0.05)

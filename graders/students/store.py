"""Storing what is handed in: whole or not at all, an earlier attempt kept, for nobody else to read.

Where the grader owns the folder, a file is readable by the student and the folder's group: let it
belong to the graders, and pass its group on (``chgrp graders DIR && chmod 3773 DIR``).
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from graders.engine.results import Receipt
from graders.engine.submissions import SubmittedFile
from graders.errors import BadInput
from graders.students.own_file import FORMS

FILE, FOLDER = 0o640, 0o750
STAMP = "%Y-%m-%dT%H-%M-%S.%fZ"


@dataclass
class Place:
    """Where one student's work on one assignment lies below the folder that hands in."""

    to: Path
    student: str
    name: str
    kept: Path | None = None
    """Where an earlier attempt went."""
    readable_by_others: bool = False
    """Whether it had to be, for the grader to be able to read it."""

    @property
    def folder(self) -> Path:
        return self.to / self.student / self.name

    def earlier(self) -> list[Path]:
        """What was handed in before."""
        paths = (self.folder / f"{self.name}{form}" for form in FORMS)
        return [path for path in paths if path.is_file()]

    def make(self, folder: Path) -> None:
        """Make a folder and those above it.

        Raises:
            BadInput: a file is in the way.
        """
        if folder.is_dir():
            return
        self.make(folder.parent)
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            raise BadInput(f"{folder} cannot be made: it is a file") from None
        self.protect(folder, FOLDER)

    def write(self, path: Path, content: bytes) -> None:
        """Replace a file by ``content`` so that a reader sees the old one or the new one."""
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            with open(temporary, "xb", opener=_private) as file:
                file.write(content)
            self.protect(temporary, FILE)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)

    def protect(self, path: Path, mode: int) -> None:
        """Let the student and the grader read it, and others only where it cannot be helped."""
        above = self.to.stat()
        with suppress(OSError, AttributeError):  # Windows has no groups
            os.chown(path, -1, above.st_gid)
        status = path.stat()
        if above.st_uid != status.st_uid and above.st_gid != status.st_gid:
            self.readable_by_others = True
            mode |= 0o005 if stat.S_ISDIR(status.st_mode) else 0o004
        path.chmod(mode | (status.st_mode & stat.S_ISGID))


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def store(file: Path, place: Place, name: str, now: datetime) -> SubmittedFile:
    """Copy a file into place. A kill on the way leaves the earlier submission or this one.

    Raises:
        BadInput: the folder cannot be made.
    """
    stored = SubmittedFile(name, file.read_bytes(), Receipt(name, now.isoformat("T", "seconds")))
    place.make(place.folder)
    earlier = place.earlier()
    for path in earlier:
        place.kept = keep(path, place)
    place.write(place.folder / name, stored.content)
    stamp = now.strftime("%Y-%m-%d %H:%M:%S UTC\n").encode()
    place.write(place.folder / "timestamp.txt", stamp)
    for path in earlier:
        if path.name != name:
            path.unlink()
    return stored


def keep(earlier: Path, place: Place) -> Path:
    """Copy an earlier attempt aside, under the time at which it was stored."""
    moment = datetime.fromtimestamp(earlier.stat().st_mtime, UTC)
    folder = place.folder / "earlier" / moment.strftime(STAMP)
    place.make(folder)
    place.write(folder / earlier.name, earlier.read_bytes())
    return folder / earlier.name

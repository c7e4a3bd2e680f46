"""The files in a folder or a zip that a student handed in. They are data: none of them is run.

Nothing of a zip is unpacked to disk, no link is followed, and what is larger than a submission may
be is refused before it is read.
"""

from __future__ import annotations

import io
import os
import zipfile
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from graders.engine.files import MAX_BYTES, bounded, read_file
from graders.engine.hand_ins import is_junk
from graders.errors import Rejected
from graders.sandbox.limits import MIB

MAX_UNPACKED_BYTES = 200 * MIB
MAX_UNPACKED_FILES = 1000
MAX_LISTED = 1000  # after so many files of a student's folder, no further folder is looked into


@dataclass(frozen=True)
class File:
    """A file that was handed in: its path in the folder or zip, its age, and how to read it."""

    path: PurePosixPath
    modified: float
    """Larger for what is newer, in seconds; to compare only with others of the same place."""
    read: Callable[[], bytes]


def of_file(file: Path, path: PurePosixPath) -> File:
    """What is at ``file``, be it a file, a link or a pipe; to its student it is ``path``."""
    return File(path, file.lstat().st_mtime, lambda: read_file(file)[0])


def in_folder(folder: Path, most: int = MAX_LISTED) -> Iterator[File]:
    """The files below a folder, the topmost first; after ``most``, no further folder's.

    Raises:
        OSError: it cannot be listed.
    """
    waiting = deque([PurePosixPath()])
    listed = 0
    while waiting and listed < most:
        inner = waiting.popleft()
        with os.scandir(folder / inner) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                listed += 1
                if is_junk(entry.name):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(inner / entry.name)
                else:
                    yield of_file(folder / inner / entry.name, inner / entry.name)


def in_zip(name: str, content: bytes) -> Iterator[File]:
    """The files in a zip called ``name``.

    Raises:
        Rejected: it is damaged, or unpacks to more than a submission may be.
    """
    yield from in_archive(name, io.BytesIO(content), MAX_UNPACKED_FILES, MAX_UNPACKED_BYTES)


def in_archive(name: str, file: IO[bytes], most: int, most_bytes: int) -> Iterator[File]:
    """The files in an open zip called ``name``, which stays open for as long as they are read.

    Raises:
        Rejected: it is damaged, holds more than ``most`` files, or unpacks to more than
            ``most_bytes``.
    """
    try:
        archive = zipfile.ZipFile(file)
        members = archive.infolist()
    except Exception as error:  # zipfile raises many kinds on malformed archives
        raise _damaged(name, error) from None
    if len(members) > most:
        raise Rejected(f"{name} holds more than {most} files")
    if sum(member.file_size for member in members) > most_bytes:
        raise Rejected(f"{name} unpacks to more than {most_bytes // MIB} MiB")
    for member in members:
        if not member.filename:  # which only damage makes, and zipfile stumbles over
            continue
        path = PurePosixPath(_decoded(member).replace("\\", "/"))  # as some of Windows' tools write
        climbs_out = ".." in path.parts  # which nobody's work does
        if not (member.is_dir() or climbs_out or any(is_junk(part) for part in path.parts)):
            yield _member(name, archive, member, path)


def _decoded(member: zipfile.ZipInfo) -> str:
    """A member's name, which many tools write in UTF-8 without the flag that says so."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode()
    except UnicodeError:
        return member.filename


def _member(
    name: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: PurePosixPath
) -> File:
    def read() -> bytes:
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Rejected(f"{name} uses an unusual compression: make it again")
        try:
            with archive.open(member) as file:
                content = file.read(MAX_BYTES + 1)
        except Exception as error:  # as above
            raise _damaged(name, error) from None
        return bounded(path.name, content)

    year, month, day, hour, minute, second = member.date_time
    # a place in an order: the archive's clock has no zone, and its dates need not exist
    age = ((((year * 12 + month) * 31 + day) * 24 + hour) * 60 + minute) * 60 + second
    return File(path, age, read)


def _damaged(name: str, error: Exception) -> Rejected:
    return Rejected(f"{name} cannot be unpacked: {error or type(error).__name__}")

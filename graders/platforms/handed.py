"""One hand-in as a platform's download has it, before anybody knows whose it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from graders.engine.hand_ins import is_zip
from graders.engine.listing import MAX_UNPACKED_BYTES, File, in_archive, in_folder
from graders.errors import BadInput, Rejected

MAX_FILES = 200_000  # in a whole class's download
MAX_CLASS_BYTES = 1000 * MAX_UNPACKED_BYTES


@dataclass(frozen=True)
class Who:
    """Somebody, as a platform calls them: ``keys`` are ids by kind, as a roster's columns."""

    label: str
    name: str = ""
    keys: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Handed:
    """What one student, or one group, handed in at one time.

    ``files`` have paths below the student's folder. ``moment`` is when it came and ``source`` where
    that stands; ``known`` says that the platform wrote it, and not the student or a file system.
    Of one student's, the one with the largest ``order`` is the last. ``origin`` is what the
    download calls it, ``back`` how a file of feedback has to be called for the platform to take it.
    """

    who: Who
    files: tuple[File, ...]
    origin: str
    back: str = ""
    moment: datetime | None = None
    source: str = ""
    known: bool = False
    order: tuple[float, ...] = ()
    remarks: tuple[str, ...] = ()


@contextmanager
def files_of(source: Path) -> Iterator[list[File]]:
    """The files of a download, a folder or a zip, which can be read until the block ends.

    Raises:
        BadInput: it is neither, or a zip that cannot be read.
    """
    try:
        if source.is_dir():
            yield list(in_folder(source, MAX_FILES))
        elif is_zip(source) and source.is_file():
            with source.open("rb") as file:
                yield list(in_archive(source.name, file, MAX_FILES, MAX_CLASS_BYTES))
        else:
            raise BadInput(f"{source} is neither a folder nor a .zip: name the download")
    except Rejected as error:
        raise BadInput(f"{source}: {error}: download it again") from None

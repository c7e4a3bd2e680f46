"""Putting a hand-in where ``dlcourse grade`` looks: ``STUDENT/NAME/``, whole or not at all.

What platforms know goes into ``timestamp.txt``. A file of that name which the student handed in is
left out, since grading believes it. Names are made safe, links are never followed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from graders.engine.files import MAX_BYTES, TooLarge
from graders.engine.hand_ins import COLLECTED, HANDED_IN, student_name
from graders.engine.listing import MAX_UNPACKED_BYTES, MAX_UNPACKED_FILES, File, in_zip
from graders.engine.timestamps import KNOWN, read_time
from graders.errors import BadInput, Rejected
from graders.platforms.handed import Handed

STAMP = "%Y-%m-%d %H:%M:%S UTC\n"
SHOWN = 3  # files in a remark


def put(handed: Handed, student: str, assignment: str, to: Path) -> tuple[list[str], list[str]]:
    """Write one hand-in, and return its files and what there is to say of it.

    What is there already makes room, unless it is the same, or a platform says that it is newer.

    Raises:
        BadInput: something that is no folder is in the way.
    """
    place = to / student / assignment
    for folder in (to / student, place):
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            raise BadInput(f"{folder} is in the way: it is no folder")
    new, old = (to / COLLECTED / kind / student for kind in ("new", "old"))
    for left in (new, old):  # by a run that was killed
        shutil.rmtree(left, ignore_errors=True)
    new.mkdir(parents=True)
    written, remarks = _fill(new, handed, assignment)
    if place.exists():
        kept = _kept(place, new, handed)
        if kept is not None:
            shutil.rmtree(new)
            return written, [*remarks, *filter(None, [kept])]
        remarks.append("takes the place of what was there")
        old.parent.mkdir(exist_ok=True)
        place.rename(old)
    place.parent.mkdir(exist_ok=True)
    new.rename(place)
    shutil.rmtree(old, ignore_errors=True)
    return written, remarks


def clean_up(to: Path) -> None:
    """Remove what is left of the work; the tables stay."""
    for kind in ("new", "old"):
        shutil.rmtree(to / COLLECTED / kind, ignore_errors=True)


def _kept(place: Path, new: Path, handed: Handed) -> str | None:
    """Why what is there stays, as a remark that may be empty, or None where it does not."""
    if _content(place) == _content(new):
        return ""
    if handed.known and handed.moment and (place / KNOWN).is_file():
        try:
            there = read_time((place / KNOWN).read_bytes())
        except ValueError:
            return None
        if there > handed.moment.replace(microsecond=0):
            return f"not taken: what is there came later, at {there:%Y-%m-%d %H:%M:%S} UTC"
    return None


def _content(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


def _fill(folder: Path, handed: Handed, assignment: str) -> tuple[list[str], list[str]]:
    """Write the files; those that cannot be are named in the remarks."""
    written: list[str] = []
    left_out: list[str] = []
    total = 0
    for file in _unpacked(handed.files, assignment):
        path = _safe(file.path)
        if path is None:
            continue
        if len(path.parts) == 1 and path.name.casefold() == KNOWN:
            left_out.append(f"{path} (the student's own)")
            continue
        try:
            content = file.read()
        except TooLarge as error:
            if path.suffix.lower() not in HANDED_IN:
                left_out.append(str(error))
                continue
            content = None  # grading refuses a file of that size, and says why
        except Rejected as error:
            left_out.append(str(error))
            continue
        total += len(content or b"")
        if total > MAX_UNPACKED_BYTES or len(written) == MAX_UNPACKED_FILES:
            left_out.append(f"{path} and what follows: too much for one hand-in")
            break
        try:
            _write(folder / path, content)
        except OSError as error:
            left_out.append(f"{path}: {error.strerror}")
            continue
        written.append(str(path))
    if handed.known and handed.moment:
        (folder / KNOWN).write_text(handed.moment.strftime(STAMP), encoding="utf-8")
    if handed.moment:
        seconds = handed.moment.timestamp()
        for path in folder.rglob("*"):
            os.utime(path, (seconds, seconds))
    more = f" and {len(left_out) - SHOWN} more" if len(left_out) > SHOWN else ""
    return written, [f"left out: {'; '.join(left_out[:SHOWN])}{more}"] if left_out else []


def _write(path: Path, content: bytes | None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        if content is None:
            file.truncate(MAX_BYTES + 1)
        else:
            file.write(content)


def _unpacked(files: Iterable[File], assignment: str) -> Iterator[File]:
    """The files, of a hand-in that is one zip those in it, without folders around all of them."""
    found = list(files)
    if len(found) == 1 and found[0].path.suffix.lower() == ".zip":
        try:
            found = list(in_zip(found[0].path.name, found[0].read()))
        except Rejected:
            yield found[0]  # grading says what is wrong with it
            return
    while found and len({file.path.parts[:1] for file in found}) == 1:
        if any(len(file.path.parts) < 2 for file in found):
            break
        found = [replace(file, path=PurePosixPath(*file.path.parts[1:])) for file in found]
    for file in found:
        within = len(file.path.parts) > 1 and file.path.parts[0] == assignment
        yield replace(file, path=PurePosixPath(*file.path.parts[1:])) if within else file


def _safe(path: PurePosixPath) -> Path | None:
    """A path below the student's folder, of names that any file system takes."""
    parts = [part for part in path.parts if part not in ("/", "//", ".", "..")]
    return Path(*(student_name(part) for part in parts)) if parts else None

"""``dlcourse forget``: one student's work, grades and traces, listed first, then deleted.

In the trail of changes the lines stay and become nobody's, so that what was done can still be
followed. Run again after a kill, it finds what is left.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from graders.bookkeeping import erasing
from graders.bookkeeping.traces import (
    REPORT,
    Trace,
    Who,
    gradebooks,
    in_allowances,
    in_exports,
    in_grades,
    in_submissions,
)
from graders.engine.printable import printable
from graders.engine.records import only_grader
from graders.errors import BadInput

MOST_BYTES = 50 << 20  # of a file that is searched for a name
MOST_NAMED = 20
UNREADABLE = (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError)  # broken, locked
TELLING = 4  # characters of another name, of which fewer stand in many a file


@dataclass(frozen=True)
class Places:
    """Where to look."""

    submitted: Sequence[Path] = ()
    grades: Sequence[Path] = ()
    exports: Sequence[Path] = ()

    @property
    def all(self) -> list[Path]:
        return [*self.submitted, *self.grades, *self.exports]


def forget(student: str, places: Places, known_as: Sequence[str], sure: bool) -> int:
    """List what ``places`` hold of a student, and delete it where that was asked for.

    Raises:
        BadInput: a place is not there, or a folder of grades is being written.
    """
    if not student.strip():
        raise BadInput("STUDENT is empty: name one, as the folders of submissions are called")
    if not places.all:
        raise BadInput("name at least one place: --submitted, --grades or --exports")
    for place in places.all:
        if not place.exists():
            raise BadInput(f"{place} does not exist: name a folder, or among --exports a file")
    books = [book for place in places.grades for book in gradebooks(place)]
    mails = {name for book in books for name in erasing.emails(book, student)}
    who = Who(student, frozenset({student, *mails, *known_as}))
    with ExitStack() as locks:
        for book in books if sure else []:
            locks.enter_context(only_grader(book.parent, "forget"))
        found = _traces(who, places)
        for trace in found:
            print(f"{trace.verb(sure)}  {printable(str(trace.path))}: {trace.what}")
            if sure:
                trace.erase()
        _tell_others(who, places, [] if sure else [trace.path for trace in found])
    if not found:
        print(f"nothing of {student} is there")
    elif not sure:
        print("nothing was deleted: --yes does it, and cannot be undone")
    return 0


def _traces(who: Who, places: Places) -> list[Trace]:
    """What there is; gradebooks last, since they know what else the student is called."""
    found = [trace for place in places.submitted for trace in in_submissions(who, place)]
    found += [trace for place in places.grades for trace in in_grades(who, place)]
    found += [trace for place in places.exports for trace in in_exports(who, place)]
    found += in_allowances(who.student)
    return sorted(found, key=lambda trace: trace.path.suffix == ".db")


def _tell_others(who: Who, places: Places, gone: list[Path]) -> None:
    """Name the files that are not ours to change, and in which a name of the student stands.

    Args:
        gone: what is there yet, and would go.
    """
    gone += [path.with_name(REPORT) for path in gone if path.name == "results.json"]
    telling = (name for name in who.known_as if name == who.student or len(name) >= TELLING)
    names = "|".join(map(re.escape, telling))
    named = re.compile(rf"(?<![\w.-])({names})(?![\w-])".encode())
    found = []
    for place in places.all:
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            is_ours = path.suffix == ".db" or any(path.is_relative_to(other) for other in gone)
            if is_ours or path.is_symlink() or not path.is_file():
                continue
            texts = _texts(path, zips=place in places.exports)
            if path.stat().st_size <= MOST_BYTES and any(map(named.search, texts)):
                found.append(path)
    for path in found[:MOST_NAMED]:
        print(f"look at it  {printable(str(path))}: the name is in it; make it again, or delete it")
    if len(found) > MOST_NAMED:
        print(f"look at it  and {len(found) - MOST_NAMED} more")


def _texts(path: Path, zips: bool) -> Iterator[bytes]:
    """What a file holds, and what is in it where it is a zip and ``zips`` says to look.

    A zip of feedback is called after what platforms call students; its pages have our name.
    """
    yield path.read_bytes()
    if zips and zipfile.is_zipfile(path):
        with suppress(*UNREADABLE), zipfile.ZipFile(path) as archive:
            for item in archive.infolist():
                if item.file_size <= MOST_BYTES:
                    yield archive.read(item)

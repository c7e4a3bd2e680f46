"""Which of a student's files counts as their work on an assignment, wherever it lies.

What is asked for counts first: ``NAME.py`` or ``NAME.ipynb`` at the top of the student's folder, in
its folder ``NAME``, or in the student's zip. Where there is none, the same names deeper in the
folder or in a zip in it; then what is called nearly so, ``Name (1).ipynb`` or ``NAME.ipynb.txt``,
unless there are several. Of a place, the topmost files count; of these, the one with the fewest
functions left unimplemented, then the newest: never the order in which a zip lists them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath

from graders.engine.hand_ins import HandIn, is_zip
from graders.engine.listing import File, in_folder, in_zip, of_file
from graders.engine.printable import shown
from graders.errors import Rejected

MAX_ZIPS = 10  # that are opened in one student's folder
SHOWN_FILES = 5  # named in a message
SHOWN_CHARACTERS = 80  # of a file's path
_ENDING = re.compile(r"\.(py|ipynb)(\.txt|\.json)?$", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Place:
    """A student's folder, or a zip beside it or in it."""

    files: list[File]
    zip: File | None = None

    def shown(self, file: File) -> str:
        """How a message names one of its files."""
        within = f"{self.zip.path}: " if self.zip else ""
        return shown(f"{within}{file.path}", SHOWN_CHARACTERS)


@dataclass(frozen=True)
class Candidate:
    """A file that may be the work, read; ``rank`` is the order in which places count."""

    place: Place
    file: File
    rank: int
    content: bytes

    @property
    def unwritten(self) -> int:
        return self.content.count(b"NotImplementedError")

    @property
    def key(self) -> tuple[int, int, float, str]:
        """Smallest for what counts: a bundle holds a stub in each form."""
        return self.unwritten, self.rank, -self.file.modified, str(self.file.path)

    @property
    def shown(self) -> str:
        return self.place.shown(self.file)

    @property
    def modified(self) -> datetime:
        """When it was last changed: of a zip, the zip."""
        return datetime.fromtimestamp(int((self.place.zip or self.file).modified), UTC)

    @property
    def path(self) -> PurePosixPath:
        """Where it, or the zip that holds it, lies below the folder of submissions' student."""
        return (self.place.zip or self.file).path


@dataclass(frozen=True)
class Choice:
    """The file that counts, and what to say of it where that was not what was asked for."""

    candidate: Candidate
    remark: str = ""


def choose(hand_in: HandIn, name: str) -> Choice | None:
    """The student's work on assignment ``name``, or None where there is none.

    Raises:
        Rejected: nothing can be taken; the text tells the student why.
        OSError: the student's folder cannot be listed.
    """
    problems: list[Rejected] = []
    asked = _read(_asked_for(hand_in, name, problems), name, is_exact, problems)
    if asked:
        best = min(asked, key=lambda candidate: candidate.key)
        return Choice(best, _passed_over(hand_in, name) if best.unwritten else "")
    places = list(_everywhere(hand_in, problems))
    deeper = _read(places, name, is_exact, problems)
    if deeper:
        best = min(deeper, key=lambda candidate: candidate.key)
        return Choice(best, f"taken from {best.shown}")
    alike = _read(places, name, is_nearly, problems)
    if len({candidate.content for candidate in alike}) > 1:
        names = _listed(sorted(candidate.shown for candidate in alike))
        raise Rejected(f"any of these may be meant: {names}: call one {name}.ipynb or {name}.py")
    if alike:
        return Choice(alike[0], f"taken from {alike[0].shown}")
    if problems:
        raise problems[0]
    return None


def nothing_taken(hand_in: HandIn, name: str) -> str:
    """What to say where nothing was: what is asked for, and what is there."""
    try:
        found = [place.shown(file) for place in _everywhere(hand_in, []) for file in place.files]
    except (OSError, Rejected):
        found = []
    there = f"; there is {_listed(found)}" if found else ""
    return f"no {name}.py or {name}.ipynb was handed in{there}"


def is_exact(file: str, name: str) -> bool:
    return file in (f"{name}.py", f"{name}.ipynb")


def is_nearly(file: str, name: str) -> bool:
    """Whether a file is called like what is asked for, but for what browsers and people add."""
    ending = _ENDING.search(file)
    wanted, found = (_SEPARATORS.sub("", text.casefold()) for text in (name, file))
    return ending is not None and wanted in found and not found.startswith("test")


def kind(file: str) -> str:
    """``.py`` or ``.ipynb``, whatever comes behind it."""
    ending = _ENDING.search(file)
    assert ending is not None
    return f".{ending[1].lower()}"


def _asked_for(hand_in: HandIn, name: str, problems: list[Rejected]) -> Iterator[Place]:
    """The places where an assignment's file is asked for."""
    if not is_zip(hand_in.path):
        folder = hand_in.path
        for linked in (folder, folder / name):
            if linked.is_symlink():
                raise Rejected(f"{linked.name} is a link, not a folder")
        paths = [PurePosixPath(f"{name}.py"), PurePosixPath(f"{name}.ipynb")]
        paths += [name / path for path in paths]
        there = [path for path in paths if (folder / path).exists() or (folder / path).is_symlink()]
        yield Place([of_file(folder / path, path) for path in there])
    yield from _zips(_zips_beside(hand_in), problems)


def _everywhere(hand_in: HandIn, problems: list[Rejected]) -> Iterator[Place]:
    """All of a student's files."""
    if not is_zip(hand_in.path):
        files = list(in_folder(hand_in.path))
        yield Place([file for file in files if file.path.suffix.lower() != ".zip"])
        inner = [file for file in files if file.path.suffix.lower() == ".zip"]
        yield from _zips(inner[:MAX_ZIPS], problems)
    yield from _zips(_zips_beside(hand_in), problems)


def _zips_beside(hand_in: HandIn) -> list[File]:
    """The zips that are the student's hand-in itself."""
    paths = [hand_in.path if is_zip(hand_in.path) else None, hand_in.zip_beside]
    return [of_file(path, PurePosixPath(path.name)) for path in paths if path is not None]


def _zips(files: Iterable[File], problems: list[Rejected]) -> Iterator[Place]:
    for file in files:
        try:
            yield Place(list(in_zip(file.path.name, file.read())), zip=file)
        except Rejected as error:
            problems.append(error)


def _read(
    places: Iterable[Place],
    name: str,
    fits: Callable[[str, str], bool],
    problems: list[Rejected],
) -> list[Candidate]:
    """The topmost files of each place whose names fit, as far as they can be read."""
    found = []
    for rank, place in enumerate(places):
        fitting = [file for file in place.files if fits(file.path.name, name)]
        top = min((_depth(file, name) for file in fitting), default=0)
        for file in fitting:
            if _depth(file, name) == top:
                try:
                    found.append(Candidate(place, file, rank, file.read()))
                except Rejected as error:
                    problems.append(error)
    return found


def _depth(file: File, name: str) -> int:
    """Folders above a file; one called after the assignment is as good as none."""
    return len(file.path.parts) - (file.path.parent.name == name)


def _passed_over(hand_in: HandIn, name: str) -> str:
    """Says which files beside unfinished work might have been meant instead."""
    others = [
        place.shown(file)
        for place in _everywhere(hand_in, [])
        for file in place.files
        if is_nearly(file.path.name, name) and not is_exact(file.path.name, name)
    ]
    return f"beside it, and not graded: {_listed(others)}" if others else ""


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN_FILES} more" if len(names) > SHOWN_FILES else ""
    return f"{', '.join(names[:SHOWN_FILES])}{more}"

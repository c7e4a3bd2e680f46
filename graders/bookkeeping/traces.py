"""Where one student stands: in folders of submissions, of grades, and in what was exported.

What others handed in is neither opened nor changed, whatever it is called.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from graders.bookkeeping import erasing
from graders.engine import allowances, audit
from graders.engine.hand_ins import COLLECTED, student_name
from graders.engine.writing import write_atomically
from graders.nbgrader.backups import backups
from graders.nbgrader.final_scores import final_scores, read_results
from graders.reports.pages import write_report

BOOK = "gradebook.db"
REPORT = "report.html"
OF_STUDENTS = {"autograded", "feedback"}
"""Folders of grades in which everything is called after a student."""
NOT_OURS = {"submitted", "source", "release"}
"""Folders of nbgrader's, beside a gradebook, that hold no grades."""


@dataclass(frozen=True)
class Trace:
    """Something that would go, of a file or as a whole, and how."""

    path: Path
    what: str
    erase: Callable[[], None]
    whole: bool = False

    def verb(self, done: bool) -> str:
        if self.whole:
            return "deleted" if done else "would delete"
        return "changed" if done else "would change"


@dataclass(frozen=True)
class Who:
    """A student's id, and all that tells in a table that a row is theirs."""

    student: str
    known_as: frozenset[str]

    def named_by(self, path: Path) -> bool:
        """Whether a file or folder is called after the student, as we or nbgrader call it."""
        page = re.fullmatch(rf"{re.escape(self.student)}(~[0-9a-f]{{12}})?\.html", path.name)
        if path.parent.name == "inbound" and path.name.startswith(f"{self.student}+"):
            return True  # nbgrader's exchange
        return page is not None or student_name(path.name.removesuffix(".zip")) == self.student


def gradebooks(place: Path) -> list[Path]:
    """The gradebooks below a folder of grades."""
    return [folder / BOOK for folder in _folders(place) if (folder / BOOK).is_file()]


def in_submissions(who: Who, place: Path) -> Iterator[Trace]:
    """The student's folder or zip, and their rows of what was collected."""
    collected = place / COLLECTED
    for folder in (place, collected / "new", collected / "old"):
        yield from _called_after(who, folder)
    for path in sorted(collected.glob("*.csv")):
        yield from in_table(who, path)


def in_grades(who: Who, place: Path) -> Iterator[Trace]:
    """Pages, notebooks, records, rows and the gradebook with its copies, of each assignment."""
    for folder in _folders(place):
        for name in sorted(OF_STUDENTS):
            yield from _called_after(who, folder / name)
        if not (folder / BOOK).is_file():
            continue
        for path in sorted(folder.iterdir()):
            if path.suffix == ".csv":
                yield from in_table(who, path)
            elif path.name == audit.FILE:
                without = partial(erasing.trail_without, student=who.student)
                yield from _in_text(path, without, "made nobody's")
            elif path.name == "records.jsonl":
                is_theirs = erasing.of_record(who.student)
                yield from _in_text(path, partial(erasing.lines_without, is_theirs=is_theirs))
            elif path.name == "results.json":
                yield from _in_text(path, partial(erasing.results_without, student=who.student))
        for book in (folder / BOOK, *backups(folder / BOOK)):
            if rows := erasing.in_gradebook(book, who.student):
                erase = partial(erasing.from_gradebook, book, who.student)
                yield Trace(book, f"without {counted(rows, 'row')} and what belongs there", erase)


def in_exports(who: Who, place: Path) -> Iterator[Trace]:
    """Rows of tables, folders for Gradescope, and pages of a course's report."""
    if place.is_file():
        yield from in_table(who, place)
        return
    for at, folders, names in os.walk(place):
        folder = Path(at)
        for name in sorted(folders):
            if name == who.student and (folder / name / "results.json").is_file():
                folders.remove(name)
                yield _whole(folder / name)
        if folder.name == "students":
            yield from _called_after(who, folder)
        for name in sorted(names):
            yield from in_table(who, folder / name)


def in_allowances(student: str) -> Iterator[Trace]:
    """The student's extensions and drops."""
    lines = allowances.read_lines()
    kept = [line for line in lines if line.student != student]
    if gone := len(lines) - len(kept):
        erase = partial(allowances.write, kept)
        yield Trace(allowances.allowances_path(), f"without {counted(gone, 'line')}", erase)


def in_table(who: Who, path: Path) -> Iterator[Trace]:
    """The student's rows of a CSV file."""
    if path.suffix.lower() == ".csv":
        yield from _in_text(path, partial(erasing.table_without, known_as=who.known_as))


def counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _folders(place: Path) -> Iterator[Path]:
    """A folder of grades and those in it, but for what holds others' work."""
    for at, folders, _ in os.walk(place):
        folders[:] = sorted(set(folders) - OF_STUDENTS - NOT_OURS)
        yield Path(at)


def _called_after(who: Who, folder: Path) -> Iterator[Trace]:
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if who.named_by(path):
            yield _whole(path)


def _whole(path: Path) -> Trace:
    if path.is_dir() and not path.is_symlink():
        count = sum(len(names) for _, _, names in os.walk(path))
        what = f"folder, {counted(count, 'file')}"
        return Trace(path, what, partial(shutil.rmtree, path), whole=True)
    return Trace(path, "file", path.unlink, whole=True)


def _in_text(
    path: Path, without: Callable[[str], tuple[str, int]], done: str = "left out"
) -> Iterator[Trace]:
    if path.is_symlink() or not path.is_file():
        return
    try:
        left, gone = without(path.read_bytes().decode("utf-8", "surrogateescape"))
    except ValueError:
        return  # not what its name says
    if gone:
        yield Trace(path, f"{counted(gone, 'line')} {done}", partial(_write, path, left))


def _write(path: Path, content: str) -> None:
    mode = path.stat().st_mode & 0o777
    write_atomically(path, content.encode("utf-8", "surrogateescape"), mode)
    if path.name == "results.json" and (path.parent / REPORT).exists():
        results = read_results(path)
        write_report(results, path.parent, final_scores(results, path.parent / BOOK))

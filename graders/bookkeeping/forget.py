"""``dlcourse forget``: one student's work, grades and traces, listed first, then deleted.

What is found is found by the student's id: their folder or zip among submissions, their pages and
notebooks, their rows in tables, gradebooks and copies of these. In the trail of changes the lines
stay and become nobody's, so that what was done can still be followed. Run again after a kill, it
finds what is left.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from graders.bookkeeping import erasing
from graders.engine import allowances, audit
from graders.engine.hand_ins import student_name
from graders.engine.printable import printable
from graders.engine.records import only_grader
from graders.engine.results import write_atomically
from graders.errors import BadInput
from graders.nbgrader.final_scores import final_scores, read_results
from graders.reports.pages import write_report

OF_STUDENTS = {"submitted", "autograded", "feedback", "students", "new", "old"}
"""Folders, beside those named, in which a folder is called after a student."""
OURS = ("gradebook.db", "results.json")  # in no student's folder, but in what grading writes
MOST_BYTES = 50 << 20  # of a file that is searched for a name
MOST_NAMED = 20
TELLING = 4  # characters of another name, of which fewer stand in many a file


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
    """A student's id, and what else tells that something is theirs."""

    student: str
    known_as: frozenset[str]

    def names(self, folder: Path, root: Path, name: str) -> bool:
        """Whether a file or folder called ``name`` in ``folder`` is this student's."""
        if folder.name == "inbound" and name.startswith(f"{self.student}+"):  # nbgrader's exchange
            return True
        if folder != root and folder.name not in OF_STUDENTS:
            return False
        page = re.fullmatch(rf"{re.escape(self.student)}(~[0-9a-f]{{12}})?\.html", name)
        return student_name(name.removesuffix(".zip")) == self.student or page is not None


def forget(student: str, places: Sequence[Path], known_as: Sequence[str], sure: bool) -> int:
    """List what ``places`` hold of a student, and delete it where that was asked for.

    Raises:
        BadInput: a place is not there, or a folder of grades is being written.
    """
    for place in places:
        if not place.exists():
            raise BadInput(f"{place} does not exist: name folders of submissions, grades, exports")
    if not student.strip():
        raise BadInput("STUDENT is empty: name one, as the folders of submissions are called")
    files = [path for place in places for path in _files(place)]
    mails = {
        name for path in files if path.suffix == ".db" for name in erasing.emails(path, student)
    }
    who = Who(student, frozenset({student, *mails, *known_as}))
    with ExitStack() as locks:
        if sure:
            for folder in sorted({path.parent for path in files if path.name in OURS}):
                if folder.name != "backups":
                    locks.enter_context(only_grader(folder, "forget"))
        found = _traces(who, places)
        for trace in found:
            print(f"{trace.verb(sure)}  {printable(str(trace.path))}: {trace.what}")
            if sure:
                trace.erase()
        gone = [trace.path for trace in found]
        gone += [path.with_name("report.html") for path in gone if path.name == "results.json"]
        _tell_others(who, [path for path in files if not _within(path, gone)])
    if not found:
        print(f"nothing of {student} is there")
    elif not sure:
        print("nothing was deleted: --yes does it, and cannot be undone")
    return 0


def _files(place: Path) -> Iterator[Path]:
    if not place.is_dir():
        yield place
    for folder, _, names in os.walk(place):
        yield from (Path(folder) / name for name in sorted(names))


def _within(path: Path, folders: Collection[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


def _traces(who: Who, places: Sequence[Path]) -> list[Trace]:
    """What there is, gradebooks last: they know what else the student is called."""
    found = [trace for place in places for trace in _in_place(who, place)]
    found += _in_allowances(who.student)
    return sorted(found, key=lambda trace: trace.path.suffix == ".db")


def _in_place(who: Who, place: Path) -> Iterator[Trace]:
    if not place.is_dir():
        yield from _in_file(who, place)
        return
    for at, folders, names in os.walk(place):
        folder = Path(at)
        for name in list(folders):
            path = folder / name
            if who.names(folder, place, name) and not any((path / it).exists() for it in OURS):
                folders.remove(name)
                erase = path.unlink if path.is_symlink() else partial(shutil.rmtree, path)
                count = sum(1 for _ in _files(path))
                yield Trace(path, f"folder, {_counted(count, 'file')}", erase, whole=True)
        for name in sorted(names):
            path = folder / name
            if who.names(folder, place, name):
                yield Trace(path, "file", path.unlink, whole=True)
            else:
                yield from _in_file(who, path)


def _in_file(who: Who, path: Path) -> Iterator[Trace]:
    if path.is_symlink() or not path.is_file():
        return
    if path.suffix == ".db":
        if rows := erasing.in_gradebook(path, who.student):
            erase = partial(erasing.from_gradebook, path, who.student)
            yield Trace(path, f"without {_counted(rows, 'row')} and what belongs there", erase)
        return
    without = _without(who, path)
    if without is None:
        return
    content = path.read_bytes().decode("utf-8", "surrogateescape")
    try:
        left, gone = without(content)
    except ValueError:
        return  # not what its name says
    if gone:
        lines = _counted(gone, "line")
        what = f"{lines} made nobody's" if path.name == audit.FILE else f"without {lines}"
        yield Trace(path, what, partial(_write, path, left))


def _without(who: Who, path: Path) -> Callable[[str], tuple[str, int]] | None:
    """How this kind of file loses a student."""
    if path.name == audit.FILE:
        return partial(erasing.trail_without, student=who.student)
    if path.name == "records.jsonl":
        return partial(erasing.lines_without, is_theirs=erasing.of_record(who.student))
    if path.name == "results.json":
        return partial(erasing.results_without, student=who.student)
    if path.suffix.lower() == ".csv":
        return partial(erasing.table_without, known_as=who.known_as)
    return None


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _write(path: Path, content: str) -> None:
    mode = path.stat().st_mode & 0o777
    write_atomically(path, content.encode("utf-8", "surrogateescape"), mode)
    if path.name == "results.json" and (path.parent / "report.html").exists():
        results = read_results(path)
        write_report(results, path.parent, final_scores(results, path.parent / "gradebook.db"))


def _in_allowances(student: str) -> list[Trace]:
    lines = allowances.read_lines()
    kept = [line for line in lines if line.student != student]
    if len(kept) == len(lines):
        return []
    what = f"without {_counted(len(lines) - len(kept), 'line')}"
    return [Trace(allowances.allowances_path(), what, partial(allowances.write, kept))]


def _tell_others(who: Who, files: list[Path]) -> None:
    """Name the files that are not ours to change, and in which a name of the student stands."""
    telling = (name for name in who.known_as if name == who.student or len(name) >= TELLING)
    names = "|".join(map(re.escape, telling))
    named = re.compile(rf"(?<![\w.-])({names})(?![\w-])".encode())
    found = []
    for path in files:
        if path.suffix == ".db" or path.is_symlink() or not path.is_file():
            continue
        if path.stat().st_size <= MOST_BYTES and named.search(path.read_bytes()):
            found.append(path)
    for path in found[:MOST_NAMED]:
        print(f"look at it  {printable(str(path))}: the name is in it; make it again, or delete it")
    if len(found) > MOST_NAMED:
        print(f"look at it  and {len(found) - MOST_NAMED} files more")

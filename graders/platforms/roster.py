"""Who is in the class, and by which names and ids each platform knows them.

A roster is a CSV file. Its own columns are ``id`` (what the student's folder is called), and any
of ``name`` (or ``first_name`` and ``last_name``), ``email``, ``login``, ``sis``, ``canvas``,
``moodle``, ``github``, ``section``, ``group`` and ``submitted_at``. The exports of Canvas's and
Moodle's gradebooks, Moodle's grading worksheet, and the rosters of GitHub Classroom and Gradescope
are rosters as they are.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from graders.engine.hand_ins import is_junk, student_name
from graders.errors import BadInput
from graders.platforms.tables import Table, plain, read_table

KINDS = ("login", "sis", "email", "canvas", "moodle", "github")
"""Kinds of ids, the better ones to call a folder by first."""

OWN = (*KINDS, "id", "name", "first_name", "last_name", "section", "group", "submitted_at")
_CANVAS = {"student": "name", "lastname": "last_name", "firstname": "first_name", "id": "canvas",
           "sis user id": "sis", "sis login id": "login", "section": "section"}  # fmt: skip
_MOODLE = {"first name": "first_name", "last name": "last_name", "surname": "last_name",
           "full name": "name", "identifier": "moodle", "username": "login", "id number": "sis",
           "email address": "email", "group": "group", "groups": "group",
           "last modified (submission)": "submitted_at"}  # fmt: skip
_GITHUB = {"identifier": "id", "github_username": "github", "name": "name"}
_GRADESCOPE = {"first name": "first_name", "last name": "last_name", "name": "name",
               "full name": "name", "sid": "sis", "email": "email", "section": "section",
               "sections": "section"}  # fmt: skip
FORMS: tuple[tuple[tuple[str, ...], dict[str, str]], ...] = (
    (("student", "id", "section"), _CANVAS),
    (("lastname", "firstname", "id"), _CANVAS),
    (("identifier", "full name"), _MOODLE),
    (("first name", "email address"), _MOODLE),
    (("identifier", "github_username"), _GITHUB),
    (("id",), {field: field for field in OWN}),
    (("sid", "email"), _GRADESCOPE),
)
"""The headers by which a kind of roster is known, and what its columns hold."""

TEST_STUDENT = "Student, Test"  # whom Canvas gives every teacher, to look at the course as
STAFF = ("instructor", "ta", "reader")  # the other roles in Gradescope's roster

Key = TypeVar("Key")
_NUMBER = re.compile(r"\d+$")
_NO_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Student:
    """One row: ``id`` is the student's folder, ``keys`` their ids by kind, ``row`` its line."""

    id: str
    name: str = ""
    keys: tuple[tuple[str, str], ...] = ()
    section: str = ""
    group: str = ""
    submitted_at: str = ""
    row: int = 0


class Roster:
    """The class, looked up by id, name or group."""

    def __init__(self, students: Iterable[Student], *, complete: bool = True) -> None:
        self.students = list(students)
        self.complete = complete
        """Whether who is not in it is a stranger, and who handed nothing in is missing."""
        self.by_key = _index(self.students, lambda s: [(kind, folded(key)) for kind, key in s.keys])
        self.by_any = _index(
            self.students, lambda s: [folded(key) for key in (s.id, *(key for _, key in s.keys))]
        )
        self.by_name = _index(self.students, lambda s: names(s.name))
        self.by_group = _index(self.students, lambda s: names(s.group))

    def ids(self, kind: str) -> set[str]:
        """All ids of one kind."""
        return {key for student in self.students for of, key in student.keys if of == kind}


def read_roster(path: Path) -> Roster:
    """Read a roster.

    Raises:
        BadInput: it is none that is known, or a row names nobody, or somebody twice.
    """
    roster = roster_of(read_table(path))
    for student in roster.students:
        if not names_a_folder(student.id):
            raise BadInput(
                f"{path}:{student.row + 1}: no folder can be called {student.id!r}: "
                "change it in the column id"
            )
    return roster


def roster_of(table: Table) -> Roster:
    """The people of a table; ``Student.row`` is their place in it.

    Raises:
        BadInput: it is no roster that is known, or names nobody, or somebody twice.
    """
    return Roster(_students(table))


def _students(table: Table) -> Iterator[Student]:
    columns = _columns(table)
    rows = [row for row in range(1, len(table.rows)) if _is_person(table, columns, row)]
    if "id" not in columns:
        columns["id"] = _best_id(table, columns, rows)
    seen: dict[str, int] = {}
    for row in rows:
        cells = {field: table.cell(row, column) for field, column in columns.items()}
        student = cells["id"]
        if student in seen:
            raise BadInput(
                f"{table.path}:{row + 1}: {student} is in line {seen[student]}, too: one line each"
            )
        seen[student] = row + 1
        if number := _NUMBER.search(cells.get("moodle", "")):
            cells["moodle"] = number[0]  # of "Participant 1234567", in whatever language
        told = (cells.get("last_name"), cells.get("first_name"))
        name = cells.get("name") or ", ".join(filter(None, told))
        keys = tuple((kind, cells[kind]) for kind in KINDS if cells.get(kind))
        yield Student(
            student,
            name,
            keys,
            cells.get("section", ""),
            cells.get("group", ""),
            cells.get("submitted_at", ""),
            row,
        )


def _columns(table: Table) -> dict[str, int]:
    """What a row holds -> the column in which."""
    for known_by, fields in FORMS:
        if all(table.column(name) is not None for name in known_by):
            found = {field: table.column(name) for name, field in fields.items()}
            return {field: column for field, column in found.items() if column is not None}
    raise BadInput(
        f"{table.path} is no roster that is known: give it a column id, "
        f"and any of {', '.join(field for field in OWN if field != 'id')}"
    )


def _is_person(table: Table, columns: dict[str, int], row: int) -> bool:
    """Whether a row is a student's: neither one of those in which Canvas says something of the
    columns, nor its test student, nor one of Gradescope's staff.
    """
    told = [table.cell(row, columns.get(field)) for field in ("id", *KINDS)]
    is_test = table.cell(row, table.column("student")) == TEST_STUDENT
    is_staff = plain(table.cell(row, table.column("role"))) in STAFF
    return any(told) and not (is_points(table, row) or is_test or is_staff)


def is_points(table: Table, row: int) -> bool:
    """Whether a row is the one in which Canvas says what each column is worth."""
    return table.cell(row, 0).startswith("Points Possible")


def _best_id(table: Table, columns: dict[str, int], rows: list[int]) -> int:
    for kind in KINDS:
        if kind in columns:
            found = [table.cell(row, columns[kind]) for row in rows]
            if all(found) and len(set(found)) == len(found):
                return columns[kind]
    raise BadInput(f"{table.path} has no column in which each has an id: give it a column id")


def names_a_folder(student: str) -> bool:
    """Whether a student's folder can be called so, and grading takes it for one."""
    is_hidden = student.startswith((".", "__")) or is_junk(student)
    return (
        "/" not in student
        and not is_hidden
        and len(student) > 0
        and student_name(student) == student
    )


def folded(key: str) -> str:
    """An id or e-mail address as it is compared."""
    return unicodedata.normalize("NFKC", key).strip().casefold()


def names(name: str) -> set[str]:
    """A name as it is compared, in either order: ``Lovelace, Ada`` is ``Ada Lovelace``."""
    last, comma, first = unicodedata.normalize("NFKC", name).casefold().partition(",")
    words = f"{first} {last}".split() if comma else last.split()
    # which of them are the last name, nobody says: "Berg" or "van der Berg"
    turned = ("".join(words[at:] + words[:at]) for at in range(len(words)))
    return {_NO_WORD.sub("", way) for way in turned} - {""}


def _index(
    students: Iterable[Student], keys: Callable[[Student], Iterable[Key]]
) -> dict[Key, list[Student]]:
    found: dict[Key, list[Student]] = defaultdict(list)
    for student in students:
        for key in dict.fromkeys(keys(student)):
            found[key].append(student)
    return found

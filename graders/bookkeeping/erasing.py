"""What the files that we write hold of one student, and each kind of file without it."""

from __future__ import annotations

import csv
import json
import re
import secrets
import sqlite3
from collections.abc import Callable, Collection
from contextlib import closing
from pathlib import Path
from typing import Any

from graders.nbgrader.gradebook import open_gradebook

IDS = {"student", "id", "sid", "login", "username", "user", "email", "mail", "identifier", "github",
       "canvas", "moodle", "sis"}  # fmt: skip
"""Words in the title of a column whose cells say who somebody is."""


def in_gradebook(path: Path, student: str) -> int:
    """How many rows of nbgrader's gradebook are the student and what they handed in."""
    counts = (
        "SELECT count(*) FROM student WHERE id = ?",
        "SELECT count(*) FROM submitted_assignment WHERE student_id = ?",
    )
    return sum(int(count) for query in counts for (count,) in _rows(path, query, student))


def from_gradebook(path: Path, student: str) -> None:
    """Remove the student, and what the file's free pages may still hold of them."""
    with open_gradebook(path) as book:
        book.remove_student(student)
    with closing(sqlite3.connect(path)) as whole:
        whole.execute("VACUUM")


def emails(path: Path, student: str) -> set[str]:
    """What else a gradebook calls the student by."""
    rows = _rows(path, "SELECT email, lms_user_id FROM student WHERE id = ?", student)
    return {str(cell) for row in rows for cell in row if cell}


def _rows(path: Path, query: str, student: str) -> list[tuple[Any, ...]]:
    """What a gradebook answers; nothing, where the file is none."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as book:
            return book.execute(query, (student,)).fetchall()
    except sqlite3.Error:
        return []


def lines_without(content: str, is_theirs: Callable[[Any], bool]) -> tuple[str, int]:
    """JSON lines without a student's, and how many those were; a torn line stays."""
    kept, gone = [], 0
    for line in content.splitlines(keepends=True):
        try:
            theirs = is_theirs(json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError):
            theirs = False
        gone += theirs
        kept += [] if theirs else [line]
    return "".join(kept), gone


def of_record(student: str) -> Callable[[Any], bool]:
    return lambda record: record["result"]["student"] == student


def trail_without(content: str, student: str) -> tuple[str, int]:
    """The trail of changes, in which the student's lines are nobody's that is known."""
    nobody = f"forgotten-{secrets.token_hex(4)}"
    lines, count = [], 0
    for line in content.splitlines(keepends=True):
        try:
            entry = json.loads(line)
            theirs = entry["student"] == student
        except (ValueError, KeyError, TypeError):
            theirs = student in line  # torn, so nobody misses it
            lines += [] if theirs else [line]
            count += theirs
            continue
        if theirs:
            entry = {key: value for key, value in entry.items() if key != "request"}
            entry |= {"student": nobody, "now": entry["now"] | {"sha256": ""}}
            line = json.dumps(entry) + "\n"
        lines.append(line)
        count += theirs
    return "".join(lines), count


def results_without(content: str, student: str) -> tuple[str, int]:
    """``results.json`` without a student, whose lines are one a submission."""
    record = json.loads(content)
    if not isinstance(record, dict) or not isinstance(record.get("submissions"), list):
        return content, 0
    submissions = record.pop("submissions")
    kept = [item for item in submissions if item.get("student") != student]
    lines = ",\n".join(json.dumps(item) for item in kept)
    text = f'{json.dumps(record)[:-1]}, "submissions": [\n{lines}\n]}}\n'
    return text, len(submissions) - len(kept)


def table_without(content: str, known_as: Collection[str]) -> tuple[str, int]:
    """A CSV file without the rows of who is known so; every other byte stays."""
    lines = content.splitlines(keepends=True)
    first = lines[0] if lines else ""
    reader = csv.reader(lines, delimiter=max(",;\t", key=first.count))
    names = {name.casefold() for name in known_as}
    columns: list[int] = []
    kept, gone, before = [], 0, 0
    try:
        for row in reader:
            if before == 0:
                columns = [i for i, cell in enumerate(row) if IDS & set(_words(cell))]
            cells = (row[i].strip().removeprefix("'").casefold() for i in columns if i < len(row))
            theirs = before > 0 and any(cell in names for cell in cells)
            gone += theirs
            kept += [] if theirs else lines[before : reader.line_num]
            before = reader.line_num
    except csv.Error:
        return content, 0
    return "".join(kept), gone


def _words(title: str) -> list[str]:
    return re.findall(r"[a-z]+", title.casefold().lstrip("\ufeff").replace("e-mail", "email"))

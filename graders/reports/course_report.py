"""``dlcourse course-report``: what each student has in each assignment, as pages and a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from graders.engine.allowances import Allowances, allowances_path, read_allowances
from graders.engine.bars import with_bar
from graders.engine.printable import printable_cell
from graders.engine.writing import write_atomically
from graders.errors import BadInput
from graders.platforms.roster import Roster, read_roster
from graders.reports.course_class import Row, course_rows, person_id, without_names
from graders.reports.course_pages import course_page, page_without_names, student_pages
from graders.reports.course_records import (
    AssignmentRecord,
    assignment_folders,
    check_distinct,
    read_assignment,
)
from graders.reports.pages import page_names, write_page
from graders.reports.summary import warn

PAGE, TABLE, NO_NAMES, STUDENTS = "course.html", "course.csv", "without_names.html", "students"
OURS = '<meta name="generator" content="dlcourse course-report">'
"""What a student's page begins with, by which one of somebody who is gone is known as ours."""


def course_report(grades: Sequence[Path], out: Path, roster: Path | None = None) -> int:
    """Write the course's pages and table into ``out``, and return the exit status.

    Args:
        grades: folders that ``dlcourse grade`` wrote, or folders of such folders.
        out: receives ``course.html``, ``course.csv``, ``without_names.html`` and
            ``students/STUDENT.html``; a page there of a student who is gone is taken away.
        roster: the class; it gives names and sections, and tells who has handed nothing in.

    Raises:
        BadInput: a folder holds no grades, or what the folders say does not go together.
    """
    if out.exists() and not out.is_dir():
        raise BadInput(f"{out} is a file: name a folder for --out")
    people = read_roster(roster) if roster is not None else None
    folders = assignment_folders(grades)
    records = [
        read_assignment(folder) for folder in with_bar(folders, "reading grades", len(folders))
    ]
    check_distinct(records)
    allowances = _allowances(people)
    rows = course_rows(records, people, allowances.left_out)
    _write(records, rows, out)
    for record in records:
        if record.num_changed:
            # no names: what a terminal shows may be kept in a log
            warn(
                f"{record.name}: graded by hand since `dlcourse grade` last ran: "
                f"{record.num_changed} of {len(record.outcomes)} students; run it again, "
                "which renews pages and late penalties"
            )
    strange = {line.student for line in allowances.lines if line.value and line.student}
    if number := len(strange - {row.person.id for row in rows}):
        warn(
            f"{allowances_path()}: {number} of the students in it are in neither the "
            "grades nor the roster: `dlcourse allowances` lists who is in it"
        )
    what = "assignment" if len(records) == 1 else "assignments"
    print(f"{len(rows)} {'student' if len(rows) == 1 else 'students'}, {len(records)} {what}")
    print(f"for you: {out / PAGE} and {out / TABLE}")
    print(f"for each student: {out / STUDENTS}")
    print(f"for others: {out / NO_NAMES}")
    return 0


def _allowances(roster: Roster | None) -> Allowances:
    """What the course allows, each student called as in the report."""
    return Allowances(
        tuple(
            replace(line, student=person_id(line.student, roster) if line.student else "")
            for line in read_allowances().lines
        )
    )


def _write(records: Sequence[AssignmentRecord], rows: Sequence[Row], out: Path) -> None:
    files = page_names(row.person.id for row in rows)
    links = {student: f"{STUDENTS}/{quote(name, safe='')}" for student, name in files.items()}
    for row, page in with_bar(student_pages(records, rows), "writing pages", len(rows)):
        write_page(out / STUDENTS / files[row.person.id], page)
    for path in sorted((out / STUDENTS).glob("*.html")):
        if path.name not in files.values() and OURS.encode() in path.read_bytes():
            path.unlink()
    write_page(out / NO_NAMES, page_without_names(records, without_names(rows)))
    write_atomically(out / TABLE, table(records, rows))
    write_page(out / PAGE, course_page(records, rows, links, out))  # last, when its links are there


def table(records: Sequence[AssignmentRecord], rows: Sequence[Row]) -> str:
    """``course.csv``: a line for each student.

    A score's cell is empty where nothing is on record or it is not final, and so is a total's that
    is not final: ``not_final`` names the assignments.
    """
    names = [record.name for record in records]
    out = io.StringIO()
    writer = csv.writer(out)
    header = ["student", "name", "section", "total", "max_total", "percent", "late_penalties",
              "left_out", "not_final"]  # fmt: skip
    writer.writerow([*header, *map(printable_cell, names)])
    for row in rows:
        person, total = row.person, row.total
        is_final = total.score is not None
        found = [row.outcomes.get(name) for name in names]
        waiting = (
            name
            for name, own in zip(names, found, strict=True)
            if own and own.score is None and name not in total.left_out
        )
        writer.writerow(
            [
                *map(printable_cell, (person.id, person.name, person.section)),
                *(_number(total.score), _number(total.max_score)),
                _number(100 * total.share) if is_final else "",
                *(_number(total.late_penalty), "; ".join(sorted(total.left_out))),
                "; ".join(waiting),
                *(_number(own.score if own else None) for own in found),
            ]
        )
    return out.getvalue()


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}".rstrip("0").rstrip(".")

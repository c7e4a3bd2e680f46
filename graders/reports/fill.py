"""Scores put into a file that Canvas or Moodle exported, which takes it back as it is.

Canvas: Gradebook > Export; the assignment's column is headed by its title and id. Moodle: the
assignment's grading worksheet, with its column Grade and, if there is one, Feedback comments. All
else in the file stays byte for byte.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from graders.engine.final import FinalScore
from graders.engine.printable import printable_cell
from graders.errors import BadInput
from graders.platforms.roster import Roster, Student, folded, is_points, names, roster_of
from graders.platforms.tables import Table, plain, read_table

KEPT = ("ex", "n/a")  # excused, or not assigned: an instructor said so in Canvas
_TITLE = re.compile(r"(.*?)\s*\(\d+\)", re.DOTALL)


@dataclass
class Filled:
    """A table with its scores, and what there is to say: who is left out, and how it is scaled."""

    table: Table
    without_row: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    scales: set[float] = field(default_factory=set)

    def remarks(self) -> list[str]:
        scaled = ", ".join(f"{points:g}" for points in sorted(self.scales))
        lines = [
            (scaled, f"scaled to {scaled} points, as it has there"),
            (self.without_row, f"not in {self.table.path}: {', '.join(self.without_row)}"),
            (self.kept, f"left as they are there: {', '.join(self.kept)}"),
        ]
        return [line for about, line in lines if about]


def canvas(
    path: Path, lines: list[FinalScore], assignment: str, column: str, bridge: Roster | None
) -> Filled:
    """Fill the column of Canvas's gradebook whose title is ``column`` or, without one, the name.

    Raises:
        BadInput: it has no such column, or several.
    """
    table = read_table(path)
    at = _column(table, column or assignment)
    points = [row for row in range(1, len(table.rows)) if is_points(table, row)]
    most = _number(table.cell(points[0], at)) if points else None

    def fill(filled: Filled, row: int, line: FinalScore) -> None:
        if table.cell(row, at).casefold() in KEPT:
            filled.kept.append(line.student)
            return
        table.fill(row, at, _scaled(filled, line, most))

    return _each(table, lines, bridge, fill)


def moodle(
    path: Path, lines: list[FinalScore], comment: Callable[[FinalScore], str], bridge: Roster | None
) -> Filled:
    """Fill Moodle's grading worksheet; ``comment`` is what a student reads beside the grade.

    Raises:
        BadInput: it is none.
    """
    table = read_table(path)
    at, comments = table.column("grade"), table.column("feedback comments")
    most, open_ = table.column("maximum grade"), table.column("grade can be changed")
    if at is None or table.column("identifier") is None:
        raise BadInput(
            f"{path} is no grading worksheet: download it from the assignment, "
            "View all submissions > Download grading worksheet"
        )

    def fill(filled: Filled, row: int, line: FinalScore) -> None:
        if table.cell(row, open_).casefold() == "no":
            filled.kept.append(line.student)
            return
        told = table.cell(row, most)
        score = _scaled(filled, line, _number(told))
        table.fill(row, at, score.replace(".", ",") if "," in told else score)
        if comments is not None:
            # Moodle takes it as HTML
            table.fill(row, comments, printable_cell(html.escape(comment(line), quote=False)))

    return _each(table, lines, bridge, fill)


def _each(
    table: Table,
    lines: list[FinalScore],
    bridge: Roster | None,
    fill: Callable[[Filled, int, FinalScore], None],
) -> Filled:
    filled = Filled(table)
    people = roster_of(table)
    for line in lines:
        if line.score is None:
            continue  # a cell that is there says more than an open score
        student = _person(line, people, bridge)
        if student is None:
            filled.without_row.append(line.student)
        else:
            fill(filled, student.row, line)
    return filled


def _person(line: FinalScore, people: Roster, bridge: Roster | None) -> Student | None:
    """The row of a student, by any id that they are known by, or by a name that one has alone."""
    ids = [line.student, line.lms_id, line.email]
    called = f"{line.last_name}, {line.first_name}" if line.last_name else ""
    known = bridge.by_any.get(folded(line.student), []) if bridge else []
    if len(known) == 1:
        ids += [key for _, key in known[0].keys]
        called = known[0].name
    for key in filter(None, ids):
        found = people.by_any.get(folded(key), [])
        if len(found) == 1:
            return found[0]
    alike = {s.id: s for way in names(called) for s in people.by_name.get(way, [])}
    return next(iter(alike.values())) if len(alike) == 1 else None


def _column(table: Table, title: str) -> int:
    wanted = plain(title)
    found = []
    for at, header in enumerate(table.rows[0]):
        named = _TITLE.fullmatch(header)
        if wanted in (plain(header), plain(named[1]) if named else ""):
            found.append(at)
    if len(found) == 1:
        return found[0]
    titles = [header for header in table.rows[0] if _TITLE.fullmatch(header)]
    if not titles:
        raise BadInput(
            f"{table.path} has no column of an assignment, like 'Homework 1 (12345)': name the "
            "gradebook that Canvas exports"
        )
    how_many = "several columns" if found else "no column"
    raise BadInput(
        f"{table.path} has {how_many} called {title!r}: name one with --column "
        f"(there: {', '.join(titles)})"
    )


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def _scaled(filled: Filled, line: FinalScore, most: float | None) -> str:
    score = line.score or 0.0
    if most and most != line.max_score:
        filled.scales.add(most)
        score *= most / line.max_score
    return f"{score:.4f}".rstrip("0").rstrip(".")

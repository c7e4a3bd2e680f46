"""What an instructor wants to know of a course: figures, and what needs a human."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from graders.engine.printable import cut, printable
from graders.reports import class_statistics
from graders.reports.class_statistics import Bin, Difficulty, Summary
from graders.reports.course_class import Person, Row, alike
from graders.reports.course_messages import Met
from graders.reports.course_records import AssignmentRecord

MOST_SHOWN = 15  # of the hardest tests, and of the messages that most met
MESSAGE_CHARACTERS = 300


@dataclass(frozen=True)
class Column:
    """One assignment in figures."""

    name: str
    max_score: float
    summary: Summary | None
    bars: list[Bin]
    num_graded: int
    num_nothing: int
    num_late: int
    link: str


@dataclass(frozen=True)
class Section:
    """Some students in figures: shares of what there was to get, in per cent."""

    name: str
    num_students: int
    summary: Summary | None


def column(record: AssignmentRecord, rows: Sequence[Row], out: Path | None) -> Column:
    """An assignment's figures, and the way to its report from a page in ``out``."""
    graded = [row for row in rows if record.name in row.outcomes]
    own = [row.outcomes[record.name] for row in graded]
    nothing = sum(outcome.status == "missing" for outcome in own) + len(rows) - len(graded)
    link = ""
    if out is not None:
        report = os.path.relpath((record.folder / "report.html").resolve(), out.resolve())
        link = quote(Path(report).as_posix())
    return Column(
        name=record.name,
        max_score=record.max_score,
        summary=class_statistics.summary(record.scores),
        bars=class_statistics.histogram(record.scores, record.max_score),
        num_graded=len(record.scores),
        num_nothing=nothing,
        num_late=sum(outcome.late_penalty > 0 for outcome in own),
        link=link,
    )


def shares(rows: Sequence[Row]) -> list[float]:
    """Final totals in per cent, of those who handed something in."""
    final = (row for row in rows if row.total.score is not None and not row.is_absent)
    return [100 * row.total.share for row in final]


def sections(rows: Sequence[Row]) -> list[Section]:
    """The sections of the roster, where there are several."""
    names = sorted({row.person.section for row in rows})
    if len(names) < 2:
        return []
    groups = ((name, [row for row in rows if row.person.section == name]) for name in names)
    return [
        Section(name, len(group), class_statistics.summary(shares(group))) for name, group in groups
    ]


def attention(
    records: Sequence[AssignmentRecord], rows: Sequence[Row]
) -> Iterator[tuple[str, list[Person]]]:
    """What a human has to look at, and whose it is."""
    for record in records:
        waiting = [
            row.person
            for row in rows
            if record.name in row.outcomes and row.outcomes[record.name].score is None
        ]
        if waiting:
            yield f"{record.name} is not final: grade it again, or read what waits", waiting
    for what, found in (
        ("not in the roster, and graded", [row for row in rows if not row.person.in_roster]),
        ("ids that look alike: one person?", alike(rows)),
        ("nothing that was graded, in any assignment", [row for row in rows if row.is_absent]),
    ):
        if found:
            yield what, [row.person for row in found]


def hardest(records: Sequence[AssignmentRecord]) -> list[tuple[str, Difficulty]]:
    """The tests that fewest passed, of all assignments, each with its assignment."""
    tests = [(record.name, test) for record in records for test in record.tests]
    failed = [(name, test) for name, test in tests if test.pass_rate < 1]
    return sorted(failed, key=lambda item: (item[1].pass_rate, item[0], item[1].name))[:MOST_SHOWN]


def most_met(messages: Sequence[Met]) -> list[Met]:
    """The messages that most students met, cut to what a page has room for."""
    ordered = sorted(messages, key=lambda met: (-met.num_students, met.assignment, met.message))
    return [
        Met(
            met.assignment,
            cut(printable(met.message), MESSAGE_CHARACTERS),
            met.num_students,
            met.tests,
        )
        for met in ordered[:MOST_SHOWN]
    ]

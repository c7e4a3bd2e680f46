"""The pages of a course: one for the instructor, one for each student, one without names."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from graders.reports import class_statistics, course_statistics
from graders.reports.course_class import Row
from graders.reports.course_records import AssignmentRecord, Outcome
from graders.reports.pages import render

FEW = 5
"""So few say too much of each: no median of them for a student, no message without names."""


def course_page(
    records: Sequence[AssignmentRecord],
    rows: Sequence[Row],
    links: Mapping[str, str],
    out: Path,
) -> str:
    """The instructor's page.

    Args:
        links: id -> the address of the student's page, from ``out``.
        out: the folder of the page, from which it leads to the assignments' reports.
    """
    return _page(records, rows, links=links, out=out)


def page_without_names(records: Sequence[AssignmentRecord], rows: Sequence[Row]) -> str:
    """The page for somebody else.

    No name, id, section, link or remark is on it, nor any message that only a few met, which may
    tell of a file or word of theirs.

    Args:
        rows: as ``without_names`` has made them.
    """
    return _page(records, rows)


def _page(
    records: Sequence[AssignmentRecord],
    rows: Sequence[Row],
    *,
    links: Mapping[str, str] | None = None,
    out: Path | None = None,
) -> str:
    shares = course_statistics.shares(rows)
    met = [message for record in records for message in record.messages]
    if links is None:
        met = [message for message in met if message.num_students >= FEW]
    return render(
        "course.html.j2",
        columns=[course_statistics.column(record, rows, out) for record in records],
        rows=rows,
        max_score=sum(record.max_score for record in records),
        links=links,
        named=links is not None,
        few=FEW,
        summary=class_statistics.summary(shares),
        bars=class_statistics.histogram(shares, 100.0),
        num_absent=sum(row.is_absent for row in rows),
        num_open=sum(row.total.score is None for row in rows),
        attention=list(course_statistics.attention(records, rows)) if links is not None else [],
        sections=course_statistics.sections(rows),
        tests=course_statistics.hardest(records),
        messages=course_statistics.most_met(met),
    )


def student_pages(
    records: Sequence[AssignmentRecord], rows: Sequence[Row]
) -> Iterator[tuple[Row, str]]:
    """Everybody's own page, which says of others no more than medians."""
    medians = {
        record.name: statistics.median(record.scores)
        for record in records
        if len(record.scores) >= FEW
    }
    for row in rows:
        outcomes = [(record, row.outcomes.get(record.name)) for record in records]
        yield (
            row,
            render(
                "course_student.html.j2",
                row=row,
                outcomes=outcomes,
                medians=medians,
                lost=_lost(row.outcomes),
                comments=[
                    (name, task.name, task.comment)
                    for name, outcome in row.outcomes.items()
                    for task in outcome.tasks
                    if task.comment
                ],
            ),
        )


def _lost(outcomes: Mapping[str, Outcome]) -> list[tuple[str, str, float, float]]:
    """Assignment, task, points lost and points: those that cost most, first."""
    lost = [
        (name, task.name, task.max_score - task.score, task.max_score)
        for name, outcome in outcomes.items()
        for task in outcome.tasks
        if task.score is not None and task.score < task.max_score
    ]
    return sorted(lost, key=lambda item: (-item[2], item[0], item[1]))[:5]

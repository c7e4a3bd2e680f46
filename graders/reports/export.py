"""Grades in the form that a learning management system takes.

Scores are final ones: a human's points and late penalties come from the gradebook beside the
results. A student whose score is still open (the grader broke, or an answer waits to be read) is
left out of what an LMS imports, because an empty cell would erase the grade that is there.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from graders.engine.final import FinalScore, FinalTask
from graders.engine.printable import printable_cell
from graders.engine.results import ClassResults, grouped_by_task
from graders.engine.writing import write_atomically
from graders.errors import BadInput
from graders.nbgrader.final_scores import changed_since, final_scores, results_of
from graders.platforms.roster import read_roster
from graders.reports import feedback_zip, fill, gradescope
from graders.reports.formats import FORMATS
from graders.reports.grades import remarks
from graders.reports.summary import warn

Table = list[list[str | float]]


class Login(str):
    """A student's id in a column by which a platform finds the student: it must not change.

    One like ``-x`` or ``@bob`` names something and computes nothing, whatever it begins with.
    """

    HARMLESS = re.compile(r"[-+@]?[^\W\d][\w.@-]*")


@dataclass(frozen=True)
class Into:
    """A file of the platform's own to fill: ``--into``, ``--column``, ``--roster``."""

    path: Path
    column: str = ""
    roster: Path | None = None


def write(
    assignment: str,
    results_dir: Path,
    format: str,
    to: Path,
    *,
    into: Into | None = None,
    collected: Path | None = None,
) -> list[str]:
    """Write the grades of ``results_dir`` to ``to`` and return the students who have none yet.

    Args:
        assignment: what the results must be of.
        results_dir: the ``--out`` of ``dlcourse grade``.
        format: ``csv`` for everything on record; ``canvas`` for Gradebook > Import; ``moodle`` for
            Grades > Import > CSV, mapped from username; ``gradescope`` for one
            ``STUDENT/results.json`` per student, in a folder or, where ``to`` ends in ``.zip``, in
            an archive: Gradescope reads one such file per submission; ``feedback`` for everybody's
            page in a zip that Moodle or Canvas takes, or in a folder that is there, such as the
            one of nbgrader's exchange.
        to: the file, or for ``gradescope`` the folder or archive.
        into: for ``canvas`` and ``moodle``, a file that the platform exported, to be filled.
        collected: for ``feedback``, the folder into which the submissions were collected.

    Raises:
        BadInput: the results are not there, or not of this assignment, or the format is unknown.
    """
    if format not in FORMATS:
        raise BadInput(f"no export format is called {format!r}: choose from {', '.join(FORMATS)}")
    if into is not None and format not in ("canvas", "moodle"):
        raise BadInput(f"--into has no meaning for {format}: canvas and moodle have files to fill")
    if (collected is not None) != (format == "feedback"):
        raise BadInput("--format feedback and --collected DIR, of dlcourse collect, go together")
    results = results_of(assignment, results_dir / "results.json")
    lines = final_scores(results, results_dir / "gradebook.db")
    if changed := changed_since(results_dir / "results.json", lines):
        warn(
            f"graded by hand, or extended, since `dlcourse grade` last ran: "
            f"{', '.join(changed)}; run it again, which renews pages and late penalties"
        )
    if format not in ("gradescope", "feedback") and to.is_dir():
        raise BadInput(f"{to} is a folder: name a file for --to")
    if collected is not None:
        absent = feedback_zip.write(results, lines, results_dir, to, collected)
        warn(f"not in the download: {', '.join(absent)}" if absent else "")
    elif into is not None:
        bridge = read_roster(into.roster) if into.roster else None
        if format == "canvas":
            filled = fill.canvas(into.path, lines, assignment, into.column, bridge)
        else:
            filled = fill.moodle(into.path, lines, _feedback, bridge)
        write_atomically(to, filled.table.content())
        for remark in filled.remarks():
            warn(remark)
    elif format == "gradescope":
        gradescope.write([line for line in lines if line.score is not None], to)
    else:
        tables: dict[str, Callable[[ClassResults, list[FinalScore]], Table]] = {
            "csv": _plain,
            "canvas": _canvas,
            "moodle": _moodle,
        }
        write_atomically(to, _csv(tables[format](results, lines)))
    return [line.student for line in lines if line.score is None]


def _plain(results: ClassResults, lines: list[FinalScore]) -> Table:
    tasks = list(grouped_by_task(test for line in lines for test in line.submission.tests))
    header = ["student", "first_name", "last_name", "email", "assignment", "score", "max_score",
              "raw_score", "late_penalty", "status", "submitted_at", "comments"]  # fmt: skip
    rows: Table = [[*header, *(f"auto_{task}" for task in tasks)]]
    for line in lines:
        scores = {task.name: task.score for task in line.submission.tasks}
        rows.append(
            [
                *(line.student, line.first_name, line.last_name, line.email, results.assignment),
                *(_or_empty(line.score), line.max_score, _or_empty(line.raw_score)),
                *(line.late_penalty, line.submission.status, line.submission.submitted_at),
                remarks(line),
                *(scores.get(task, "") for task in tasks),
            ]
        )
    return rows


def _canvas(results: ClassResults, lines: list[FinalScore]) -> Table:
    """The columns that Canvas exports and imports; it finds a student by ID, else by login."""
    points: list[str | float] = ["Points Possible", "", "", "", "", results.max_score]
    if lines:
        points[-1] = lines[0].max_score
    rows: Table = [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", results.assignment],
        points,
    ]
    for line in _scored(lines):
        name = ", ".join(part for part in (line.last_name, line.first_name) if part)
        login = Login(line.student)
        rows.append([name or line.student, line.lms_id, "", login, "", line.score or 0.0])
    return rows


def _moodle(results: ClassResults, lines: list[FinalScore]) -> Table:
    rows: Table = [["Username", "First name", "Last name", "Email address",
                    results.assignment, f"{results.assignment} (Feedback)"]]  # fmt: skip
    for line in _scored(lines):
        rows.append(
            [
                *(Login(line.student), line.first_name, line.last_name, line.email),
                *(line.score or 0.0, _feedback(line)),
            ]
        )
    return rows


def _feedback(line: FinalScore) -> str:
    """Everything behind the score, in one line: tasks, a human's comments, the penalty."""
    graded = line.submission.status == "graded"
    shown = [task for task in line.tasks if graded or task.by_hand or task.comment]
    parts = [part for part in map(_task, shown) if part]
    if line.late_penalty:
        parts.append(f"late penalty: {line.late_penalty:g}")
    if not graded:
        parts.append(f"{line.submission.status}: {line.submission.message}".rstrip(": "))
    return "; ".join(parts)


def _task(task: FinalTask) -> str:
    points = f"{task.score:g}" if task.score is not None and task.max_score else ""
    by_hand = " (by hand)" if task.by_hand else ""
    comment = " ".join(task.comment.split())
    told = ", ".join(part for part in (f"{points}{by_hand}", comment) if part)
    return f"{task.name}: {told}" if told else ""


def _scored(lines: Iterable[FinalScore]) -> list[FinalScore]:
    return [line for line in lines if line.score is not None]


def _or_empty(value: float | None) -> str | float:
    return "" if value is None else value


def _csv(rows: Table) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return out.getvalue()


def _cell(value: str | float) -> str:
    if isinstance(value, Login) and Login.HARMLESS.fullmatch(value):
        return value
    # four decimals: an LMS shows two, and three times 33.3333 rounds to 100
    return (
        printable_cell(value) if isinstance(value, str) else f"{value:.4f}".rstrip("0").rstrip(".")
    )

"""What people read: a feedback page per student and a report for the instructor.

The pages are static HTML: no script, no external resource, and a content security policy that
would refuse either. Everything in them comes from strangers, so templates escape all of it and
``printable`` removes what could reorder a line or move a terminal's cursor.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2

from graders.engine.final import FinalScore
from graders.engine.hand_ins import look_alikes
from graders.engine.printable import printable
from graders.engine.results import ClassResults, SubmissionResult, TestResult
from graders.engine.timestamps import GUESSED
from graders.engine.writing import write_atomically
from graders.reports import class_statistics

MARKS = {"passed": "✓", "failed": "✗", "error": "!", "timeout": "◷", "skipped": "–"}
LABELS = {
    "passed": "Passed",
    "failed": "Failed",
    "error": "Error",
    "timeout": "Time-out",
    "skipped": "Skipped",
}
STATUS_LABELS = {
    "graded": "graded",
    "missing": "missing",
    "rejected": "rejected",
    "failed": "grader failed",
}
ATTENTION_LABELS = {
    "failed": "Grader failed",
    "rejected": "Rejected",
    "timeout": "Time-out",
    "remark": "Handed in oddly",
    "missing": "Missing",
}
EXPLANATIONS = {
    "missing": "No submission was found, so nothing was graded.",
    "rejected": "What was handed in could not be read as a submission, so no test was run.",
    "failed": (
        "The grader itself broke on this submission. That is not your fault and not a score of"
        " zero: your instructor has been told and has to grade it again."
    ),
}


def write_feedback(results: ClassResults, out: Path, lines: Sequence[FinalScore]) -> None:
    """Write ``out/feedback/STUDENT.html`` for every submission, each replaced atomically.

    A page whose content has not changed keeps its file, and so its time stamp.

    Args:
        lines: everyone's final score, in the order of the results.
    """
    names = page_names(submission.student for submission in results.submissions)
    for line in lines:
        write_page(out / "feedback" / names[line.student], feedback_page(results, line))


def page_names(students: Iterable[str]) -> dict[str, str]:
    """Student -> the file of their page, distinct also where names differ in case alone."""
    students = list(students)
    names = {student: f"{student}.html" for student in students}
    for group in look_alikes(students):
        for student in group:
            digest = hashlib.sha256(student.encode()).hexdigest()[:12]
            names[student] = f"{student}~{digest}.html"
    return names


def write_report(results: ClassResults, out: Path, lines: Sequence[FinalScore]) -> None:
    """Write ``out/report.html``, which links to the feedback pages beside it."""
    write_page(out / "report.html", report_page(results, lines))


def feedback_page(results: ClassResults, line: FinalScore) -> str:
    """Return one student's page."""
    submission = line.submission
    clean = _clean(submission)
    finals = {task.name: task for task in line.tasks}
    return (
        _environment()
        .get_template("feedback.html.j2")
        .render(
            assignment=printable(results.assignment),
            line=line,
            submission=clean,
            explanation=EXPLANATIONS.get(submission.status, "") if not line.counts else "",
            tasks=[(task, finals.pop(task.name, None)) for task in clean.tasks],
            other_tasks=[
                task
                for task in finals.values()
                if task.by_hand or task.comment or (clean.tests and task.max_score)
            ],
            guessed=submission.submitted_at_source == GUESSED,
            everywhere=clean.shared_error,
            num_passed=sum(test.passed for test in clean.tests),
            marks=MARKS,
            labels=LABELS,
        )
    )


def report_page(results: ClassResults, lines: Sequence[FinalScore]) -> str:
    """Return the instructor's page; scores in it are final ones, and those of tests the tests'."""
    scores = [line.score for line in lines if line.counts and line.score is not None]
    max_score = lines[0].max_score if lines else results.max_score
    attention = [
        replace(item, message=printable(item.message))
        for item in class_statistics.needs_attention(results)
    ]
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            assignment=printable(results.assignment),
            max_score=max_score,
            isolation=printable(results.isolation),
            lines=lines,
            links={
                student: f"feedback/{quote(name, safe='')}"
                for student, name in page_names(
                    submission.student for submission in results.submissions
                ).items()
            },
            guessed=sum(item.submitted_at_source == GUESSED for item in results.submissions),
            guessed_source=GUESSED,
            counts=Counter(submission.status for submission in results.submissions),
            summary=class_statistics.summary(scores),
            bars=class_statistics.histogram(scores, max_score),
            attention=attention,
            tasks=class_statistics.difficulties(results),
            slowest=[
                (item, max(item.tests, key=lambda test: test.seconds, default=None))
                for item in class_statistics.slowest(results)
            ],
            test_statuses=list(LABELS),
            labels=LABELS,
            status_labels=STATUS_LABELS,
            attention_labels=ATTENTION_LABELS,
        )
    )


def render(template: str, **context: Any) -> str:
    """Return a page of ``templates/``; everything in ``context`` is escaped."""
    return _environment().get_template(template).render(context)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        points=_points,
        percent_of=_percent_of,
        printable=printable,
        moment=_moment,
    )
    return environment


def _points(value: float, digits: int = 2) -> str:
    """Write a score as people do: 100, 92.5, 33.33."""
    return f"{value:.{digits}f}".rstrip("0").rstrip(".") if digits else f"{value:.0f}"


def _percent_of(value: float, whole: float) -> str:
    share = value / whole if whole else 0.0
    return _points(100 * min(max(share, 0.0), 1.0))


def _moment(stamp: str) -> str:
    """Write an ISO 8601 time as people do, in UTC; anything else as it is."""
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        return printable(stamp)
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC)
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _clean(submission: SubmissionResult) -> SubmissionResult:
    return replace(
        submission,
        student=printable(submission.student),
        submitted_at=printable(submission.submitted_at),
        message=printable(submission.message),
        tests=tuple(_clean_tests(submission.tests)),
    )


def _clean_tests(tests: tuple[TestResult, ...]) -> Iterator[TestResult]:
    for test in tests:
        yield replace(test, message=printable(test.message))


def write_page(path: Path, content: str) -> None:
    """Replace a page, unless it says the same already."""
    if path.exists() and path.read_bytes() == content.encode():
        return
    write_atomically(path, content)

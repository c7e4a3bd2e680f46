"""What nbgrader shows a human of a task: in formgrader below its cell, in feedback as a comment."""

from __future__ import annotations

from collections.abc import Iterable

from graders.engine.plain_text import explanation
from graders.engine.results import SubmissionResult, TestResult

CODE_BLOCK = "    "


def task_text(submission: SubmissionResult, tests: Iterable[TestResult]) -> str:
    """What ``tests`` found, as paragraphs; nothing where there is nothing to say.

    nbgrader renders comments as Markdown with HTML let through, so a student's own words are
    indented into code blocks, which are shown as they are.
    """
    parts = []
    if submission.status != "graded":
        message = submission.message.splitlines()
        parts += [submission.status, "\n".join(f"{CODE_BLOCK}{line}" for line in message)]
    for test in tests:
        points = f"({test.score:g} of {test.points:g} points, {test.status})"
        parts += [f"{test.title} {points}", explanation(test, CODE_BLOCK)]
    return "\n\n".join(part for part in parts if part)

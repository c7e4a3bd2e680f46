"""What nbgrader shows a human of a task: in formgrader below its cell, in feedback as a comment."""

from __future__ import annotations

from collections.abc import Sequence

from graders.engine.plain_text import explanation
from graders.engine.results import SubmissionResult, TestResult

CODE_BLOCK = "    "


def task_text(submission: SubmissionResult, tests: Sequence[TestResult]) -> str:
    """What ``tests`` found, as paragraphs; nothing where there is nothing to say.

    nbgrader renders comments as Markdown with HTML let through, so a student's own words are
    indented into code blocks, which are shown as they are.
    """
    parts = []
    if submission.status != "graded":
        parts += [submission.status, _quoted(submission.message)]
    if tests and submission.shared_error:
        return "\n\n".join(["Every test met the same error:", _quoted(submission.shared_error)])
    for test in tests:
        points = f"({test.score:g} of {test.points:g} points, {test.status})"
        parts += [f"{test.title} {points}", explanation(test, CODE_BLOCK)]
    return "\n\n".join(part for part in parts if part)


def _quoted(words: str) -> str:
    return "\n".join(f"{CODE_BLOCK}{line}" for line in words.splitlines())

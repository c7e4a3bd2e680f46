"""``grades.csv``: one row per student, for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from graders.engine.final import FinalScore
from graders.engine.printable import printable_cell

HEADER = ("student", "assignment", "score", "max_score", "status", "submitted_at",
          "submitted_at_source", "raw_score", "late_penalty", "comments")  # fmt: skip


def grades_csv(lines: Iterable[FinalScore], assignment: str, test_names: Iterable[str]) -> str:
    """One row per student, and one column per test behind the final score and what made it.

    A test's cell is empty where it never ran, a score's where a human has to read something first.
    """
    names = list(test_names)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*HEADER, *names])
    for line in lines:
        submission = line.submission
        scores = {test.name: test.score for test in submission.tests}
        writer.writerow(
            [
                *(printable_cell(line.student), assignment, line.score, line.max_score),
                *(submission.status, submission.submitted_at, submission.submitted_at_source),
                *(line.raw_score, line.late_penalty, printable_cell(remarks(line))),
                *(scores.get(name, "") for name in names),
            ]
        )
    return out.getvalue()


def remarks(line: FinalScore) -> str:
    """What a human wrote, task by task, as one line of text."""
    comments = ((task.name, " ".join(task.comment.split())) for task in line.tasks if task.comment)
    return "; ".join(f"{task}: {comment}" for task, comment in comments)

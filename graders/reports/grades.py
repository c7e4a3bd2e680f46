"""``grades.csv``: one row per student, for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from graders.engine.printable import printable_cell
from graders.engine.results import ClassResults


def grades_csv(results: ClassResults, test_names: Iterable[str]) -> str:
    """One row per student and one column per test; a cell is empty where the test never ran."""
    names = list(test_names)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        ["student", "assignment", "score", "max_score", "status", "submitted_at", *names]
    )
    for submission in results.submissions:
        scores = {test.name: test.score for test in submission.tests}
        writer.writerow(
            [
                printable_cell(submission.student),
                results.assignment,
                submission.score,
                results.max_score,
                submission.status,
                submission.submitted_at,
                *(scores.get(name, "") for name in names),
            ]
        )
    return out.getvalue()

"""What the terminal says after grading: counts, the mean, and who needs to be looked at."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from statistics import fmean

from graders.engine.final import FinalScore
from graders.engine.results import ClassResults

MOST_NAMED = 8  # students in a line of the summary; the report has them all


def print_summary(results: ClassResults, lines: list[FinalScore], out: Path) -> None:
    counts = Counter(submission.status for submission in results.submissions)
    outcomes = ", ".join(f"{count} {status}" for status, count in counts.most_common())
    print(f"{results.assignment}: {outcomes}{_mean(lines)}")
    for about, concerned in (
        ("late, and lost points", [line for line in lines if line.late_penalty]),
        ("points or comments by hand", [line for line in lines if line.by_hand]),
        ("not final: a human has to read", [line for line in lines if line.score is None]),
    ):
        if concerned:
            names = [line.student for line in concerned[:MOST_NAMED]]
            more = len(concerned) - len(names)
            print(f"{about}: {', '.join(names)}{f' and {more} more' if more else ''}")
    print(f"isolation: {results.isolation}")
    print(f"report: {out / 'report.html'}")
    for submission in results.submissions:
        if submission.remark:
            warn(f"{submission.student}: {submission.remark}")
        if submission.status == "failed":
            warn(f"{submission.student}: {submission.message}")


def _mean(lines: list[FinalScore]) -> str:
    """The mean of the final scores, and of the tests' where that is another."""
    counted = [line for line in lines if line.counts]
    if not counted:
        return ""
    final = fmean(line.score or 0.0 for line in counted)
    tests = fmean(line.submission.score for line in counted)
    alone = f" ({tests:.1f} by the tests alone)" if abs(final - tests) >= 0.05 else ""
    return f", mean {final:.1f} of {counted[0].max_score:g}{alone}"


def warn(line: str) -> None:
    """Print a line for the instructor, if there is one."""
    if line:
        print(f"dlcourse: {line}", file=sys.stderr)

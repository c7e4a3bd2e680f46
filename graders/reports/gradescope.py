"""Gradescope's results.json, one per student: what its autograder harness reads a submission."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from graders.engine.final import FinalScore
from graders.engine.plain_text import explanation
from graders.engine.printable import printable
from graders.engine.results import TestResult
from graders.engine.writing import write_atomically
from graders.errors import BadInput
from graders.reports.archive import write_zip


def write(lines: list[FinalScore], to: Path) -> None:
    """Write ``STUDENT/results.json`` for each line, into a folder or a ``.zip``, atomically.

    Raises:
        BadInput: ``to`` is a file that is no archive.
    """
    files = {f"{line.student}/results.json": record(line) for line in lines}
    if to.suffix == ".zip":
        write_zip(to, files)
        return
    if to.exists() and not to.is_dir():
        raise BadInput(f"{to} is a file: name a folder, or a file that ends in .zip, for --to")
    for name, content in files.items():
        write_atomically(to / name, content)


def record(line: FinalScore) -> str:
    """The format of Gradescope's autograders; its ``score`` overrides the sum of the tests.

    https://gradescope-autograders.readthedocs.io/en/latest/specs/
    """
    told = [line.submission.message]
    for task in line.by_hand:
        points = f"{task.score:g} points by hand. " if task.by_hand else ""
        told.append(f"{task.name}: {points}{task.comment}".rstrip())
    if line.late_penalty:
        told.append(f"Late penalty: {line.late_penalty:g} points.")
    output = "\n".join(filter(None, told))
    results: dict[str, Any] = {
        "score": line.score,
        "execution_time": round(line.submission.seconds, 3),
        "output": printable(output),
        "visibility": "visible",
        "tests": [
            {
                "name": test.title,
                "score": test.score,
                "max_score": test.points,
                "status": "passed" if test.passed else "failed",
                "output": _output(test),
                "visibility": "visible",
                "tags": [test.task],
            }
            for test in line.submission.tests
        ],
        "leaderboard": [],
        "extra_data": {"isolation": line.submission.isolation},
    }
    return json.dumps(results, indent=1, ensure_ascii=False) + "\n"


def _output(test: TestResult) -> str:
    """Gradescope knows passed and failed alone, so the text says what it was."""
    return explanation(test) if test.passed else f"{test.status}: {explanation(test)}"

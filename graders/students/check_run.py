"""The process in which ``dlcourse check`` runs a student's file: NAME FILE REPORT.

It goes on from where the report of an earlier process ends.
"""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path

from graders.engine.student import MOST_TIMEOUTS, StudentError, StudentTimeout
from graders.errors import BadInput, GraderBroke
from graders.students.check import asked_names, public_tests
from graders.students.local import load
from graders.students.own_file import read_code
from graders.students.report import Report


def main(name: str, file: str, report_file: str) -> None:
    report = Report(Path(report_file))
    try:
        run(name, Path(file), report)
    except (BadInput, GraderBroke) as error:
        report.add("broke", str(error))


def run(name: str, file: Path, report: Report) -> None:
    """Run the file's cells, then every test that has no result yet."""
    report.add("starts")
    before = report.read()
    tests = public_tests(name)
    if not before.expected:
        for test in tests.none_run("not run"):
            report.add("expected", asdict(test))

    def watch(called: str) -> AbstractContextManager[None]:
        if before.timeouts[called] >= MOST_TIMEOUTS:
            raise StudentTimeout(f"not run: {called} was stopped {MOST_TIMEOUTS} times before")
        return report.running(called)

    try:
        student, problems = load(
            name, read_code(file), asked_names(name), watch, before.passed_over
        )
    except StudentError as error:
        report.add("not code", str(error))
        return
    report.add("loaded", problems)
    for result in tests.run(student, b"public", before=before.results.values()):
        report.add("result", asdict(result))


if __name__ == "__main__":
    main(*sys.argv[1:])

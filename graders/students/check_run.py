"""The process in which ``dlcourse check`` runs a student's file: NAME FILE REPORT.

Writes one JSON object per line to REPORT: every test at first as not run, then again as it ends,
so that the report is whole at whatever moment the student's code ends this process.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from graders.engine.results import TestResult
from graders.engine.student import StudentError
from graders.errors import BadInput, GraderBroke
from graders.students.check import public_tests, read_code
from graders.students.local import load


def main(name: str, file: str, report: str) -> None:
    with Path(report).open("w", encoding="utf-8") as out:

        def write(record: dict[str, object]) -> None:
            out.write(json.dumps(record) + "\n")
            out.flush()

        try:
            for result in run(name, Path(file)):
                write(asdict(result))
        except (BadInput, GraderBroke) as error:
            write({"broke": str(error)})


def run(name: str, file: Path) -> Iterator[TestResult]:
    """Every public test as not run, then every one as it came out."""
    tests = public_tests(name)
    yield from tests.none_run("not run")
    try:
        student = load(name, read_code(file))
    except StudentError as error:
        yield from tests.none_run(str(error))
    else:
        yield from tests.run(student, b"public")


if __name__ == "__main__":
    main(*sys.argv[1:])

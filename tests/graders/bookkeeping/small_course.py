"""A course folder of one small assignment, with a class of two."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from course.cli import main
from graders.engine import audit

LATE = "2026-03-02 12:00:00 UTC\n"  # by a day
TEN_A_DAY = """\
from nbgrader.plugins import BasePlugin
class PerDay(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return 10 * total_seconds_late / 86400
c = get_config()
c.AssignLatePenalties.plugin_class = PerDay
"""


class Course:
    """A course folder of one's own, and its commands."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.out = folder / "grades" / "means"
        self.book = self.out / "gradebook.db"
        self.tests = folder / "graders" / "hidden" / "means" / "test_means.py"

    def grade(self, *options: str) -> int:
        arguments = ["grade", "means", "submitted", "--out", "grades/means", "--jobs", "1"]
        return main([*arguments, *options])

    def trail(self) -> list[tuple[str, float | None, float | None, str]]:
        return [
            (line["student"], line["old"], line["new"], line["why"])
            for line in audit.entries(self.out / "audit.jsonl")
        ]

    def scores(self) -> dict[str, float]:
        records = json.loads((self.out / "results.json").read_text())["submissions"]
        return {record["student"]: record["final_score"] for record in records}


def everything(folder: Path) -> dict[str, bytes]:
    """All files but what Python compiles of them."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return {str(path): path.read_bytes() for path in files}


@contextmanager
def at_hand(folder: Path) -> Iterator[Course]:
    """The course in ``folder`` is the one at hand, and its folder the current one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DLCOURSE_ROOT", str(folder))
        patch.setenv("DLCOURSE_SECRET", "for a test")
        patch.chdir(folder)
        yield Course(folder)


def make(folder: Path) -> None:
    """Graded once: ada is right, bob forgot the mean; both are a day late, of no date yet."""
    with at_hand(folder) as made:
        assert main(["new-assignment", "means"]) == 0
        (folder / "nbgrader_config.py").write_text(TEN_A_DAY)
        right = folder / "assignments/means/means.py"
        wrong = folder / "tests/mutants/means/forgets_the_mean.py"
        for student, work in {"ada": right, "bob": wrong}.items():
            place = folder / "submitted" / student / "means"
            place.mkdir(parents=True)
            shutil.copy(work, place / "means.py")
            (place / "timestamp.txt").write_text(LATE)
        assert made.grade() == 0

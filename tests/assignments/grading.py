"""Grade a source text with the hidden tests, in the sandbox, as ``dlcourse grade`` does."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path

from graders.engine.catalogue import course_root, source_path
from graders.engine.cells import from_script
from graders.engine.results import SubmissionResult
from graders.engine.settings import GradingSettings
from graders.engine.worker import Grader, GradingJob
from graders.sandbox.limits import Limits

TESTS = course_root() / "tests"


@functools.cache
def grader(name: str) -> Grader:
    tests = course_root() / "graders" / "hidden" / name / f"test_{name}.py"
    return Grader(GradingSettings(name, tests, source_path(name), Limits(), isolated=True))


def grade(name: str, source: str, seed: int = 0) -> SubmissionResult:
    """The outcome of assignment ``name`` for a ``.py`` of this text, handed in by one student."""
    code = from_script(f"{name}.py", source.encode())
    student = f"student {seed}"
    return grader(name).grade(GradingJob(student, student.encode(), "", "", code))


def lost(result: SubmissionResult) -> str:
    """What a failing assertion shows: every test that did not pass."""
    lines = [f"{t.name}: {t.status}: {t.message}" for t in result.tests if t.status != "passed"]
    return "\n".join([result.message, *lines])


@dataclass(frozen=True)
class Mutant:
    """A wrong version of some functions, put in place of the reference's.

    Its file's docstring tells the mistake and ends with two lines: ``task:``, where it must be
    caught, and ``says:``, a piece of what the student must read there.
    """

    assignment: str
    name: str
    source: str
    task: str
    says: str

    @classmethod
    def read(cls, path: Path) -> Mutant:
        text = path.read_text(encoding="utf-8")
        fields = dict(re.findall(r"^(task|says): (.+)$", text, flags=re.MULTILINE))
        name = path.parent.name
        source = source_path(name).read_text(encoding="utf-8") + "\n\n# %%\n" + text
        return cls(name, path.stem, source, fields["task"], fields["says"])


def told(mutant: Mutant, result: SubmissionResult) -> str:
    """What the student reads of the tests that went wrong where ``mutant`` must be caught."""
    return "\n".join(
        f"{test.message} {test.hint}"
        for test in result.tests
        if test.task == mutant.task and test.status in ("failed", "error")
    )


def mutants() -> list[Mutant]:
    return [Mutant.read(path) for path in sorted(TESTS.glob("mutants/*/*.py"))]


def alternates() -> list[Path]:
    return sorted(TESTS.glob("alternates/*/*.py"))

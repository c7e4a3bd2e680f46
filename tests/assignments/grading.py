"""Grade a source text with the hidden tests, in the sandbox, as ``dlcourse grade`` does."""

from __future__ import annotations

import ast
import copy
import functools
import re
from dataclasses import dataclass
from pathlib import Path

from graders.engine.catalogue import course_root, source_path
from graders.engine.cells import from_script
from graders.engine.pieces import of_script
from graders.engine.results import SubmissionResult
from graders.engine.settings import GradingSettings
from graders.engine.worker import Grader, GradingJob
from graders.sandbox.limits import Limits

TESTS = course_root() / "tests"


@functools.cache
def grader(name: str) -> Grader:
    tests = course_root() / "graders" / "hidden" / name / f"test_{name}.py"
    return Grader(GradingSettings(name, tests, source_path(name), Limits(), isolated=True))


@functools.cache
def grader_of_task(name: str, task: str) -> Grader:
    """The same grader, warm as it is, with the tests of one task and those that they depend on."""
    whole = grader(name)
    specs = {spec.name: spec for spec in whole.tests.specs}
    needed: set[str] = set()
    waiting = [spec.name for spec in specs.values() if spec.task == task]
    while waiting:
        test = waiting.pop()
        needed.add(test)
        waiting += specs[test].depends
    narrow = copy.copy(whole)
    narrow.tests = copy.copy(whole.tests)
    narrow.tests.specs = [spec for spec in whole.tests.specs if spec.name in needed]
    return narrow


def grade(name: str, source: str, seed: int = 0, task: str | None = None) -> SubmissionResult:
    """The outcome of assignment ``name`` for a ``.py`` of this text, handed in by one student.

    Args:
        task: whose tests run, with those that they depend on, instead of all.
    """
    code = from_script(f"{name}.py", source.encode())
    student = f"student {seed}"
    chosen = grader(name) if task is None else grader_of_task(name, task)
    return chosen.grade(GradingJob(student, student.encode(), "", code))


def lost(result: SubmissionResult) -> str:
    """What a failing assertion shows: every test that did not pass."""
    lines = [f"{t.name}: {t.status}: {t.message}" for t in result.tests if t.status != "passed"]
    return "\n".join([result.message, *lines])


@functools.cache
def functions(path: Path) -> list[ast.FunctionDef | ast.ClassDef]:
    """The functions and classes of a source, those that students are asked to write."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]


@functools.cache
def definitions(path: Path) -> str:
    """A source without its prose and its demonstrations, which compile longer than they help."""
    demonstration = re.compile(r"if __name__ == .__main__.:\n")
    pieces = [piece.raw for piece in of_script(path.name, path.read_bytes())]
    codes = [re.sub(r"^#.*\n?", "", piece, flags=re.MULTILINE).strip() for piece in pieces]
    return "\n\n# %%\n".join(code for code in codes if code and not demonstration.match(code))


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
    replaces: tuple[str, ...]
    """The functions that students are asked for and that it has its own version of."""

    @classmethod
    def read(cls, path: Path) -> Mutant:
        text = path.read_text(encoding="utf-8")
        fields = dict(re.findall(r"^(task|says): (.+)$", text, flags=re.MULTILINE))
        name = path.parent.name
        source = f"{definitions(source_path(name))}\n\n# %%\n{text}"
        asked = {node.name for node in functions(source_path(name))}
        replaces = tuple(node.name for node in functions(path) if node.name in asked)
        return cls(name, path.stem, source, fields["task"], fields["says"], replaces)


def what_student_reads(mutant: Mutant, result: SubmissionResult) -> str:
    """What the student reads of the tests that went wrong where ``mutant`` must be caught."""
    return "\n".join(
        f"{test.message} {test.hint}"
        for test in result.tests
        if test.task == mutant.task and test.status in ("failed", "error")
    )


@functools.cache
def mutants() -> list[Mutant]:
    return [Mutant.read(path) for path in sorted(TESTS.glob("mutants/*/*.py"))]


def alternates() -> list[Path]:
    return sorted(TESTS.glob("alternates/*/*.py"))


def correct_source(path: Path) -> str:
    """A reference, or an alternate with the reference's functions where it has none of its own."""
    reference = source_path(path.parent.name)
    texts = [source.read_text(encoding="utf-8") for source in dict.fromkeys((reference, path))]
    return "\n\n# %%\n".join(texts)

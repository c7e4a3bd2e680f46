"""Which assignments this course has, and where their files lie."""

from __future__ import annotations

import ast
import os
from pathlib import Path

from graders.errors import BadInput
from graders.installation import ROOT
from graders.sandbox.profiles import NUMPY, TORCH, Profile

VARIABLE = "DLCOURSE_ROOT"
"""Names the folder of a course of one's own, which is graded with this engine instead of ours."""

RANKED = "final_project"
"""What is handed in as predictions, and ranked rather than graded."""


def course_root() -> Path:
    """The folder of the course at hand: what ``DLCOURSE_ROOT`` names, else this one.

    It holds ``assignments/``, ``graders/hidden/`` and the course's secret, perhaps ``data/``. What
    belongs to the engine lies in ``graders.installation.ROOT``, whichever the course is.

    Raises:
        BadInput: there is no such folder, or the package was installed without its course folder.
    """
    if own := os.environ.get(VARIABLE):
        if not Path(own).is_dir():
            raise BadInput(f"{VARIABLE}={own}: no such folder: make it, or unset {VARIABLE}")
        return Path(own).resolve()
    if not (ROOT / "assignments").is_dir():
        raise BadInput(
            f"{ROOT / 'assignments'} does not exist: install the course in place, with "
            f"'pip install -e .' in its folder, or name your own course's folder in {VARIABLE}"
        )
    return ROOT


def is_students_copy() -> bool:
    """Whether this is what ``dlcourse release`` makes: no solutions, no hidden tests, no grades."""
    return not (ROOT / "graders" / "hidden").is_dir()


def assignment_names() -> list[str]:
    """Every assignment that has a source and public tests, in alphabetical order."""
    return sorted(
        folder.name
        for folder in (course_root() / "assignments").glob("*/")
        if (folder / f"{folder.name}.py").is_file()
        and (folder / f"test_{folder.name}.py").is_file()
    )


def source_path(name: str) -> Path:
    """The source of an assignment: in the course the reference, in a student's bundle the stub.

    Raises:
        BadInput: there is no such assignment; the message names those that there are.
    """
    if name == RANKED:
        raise BadInput(
            f"{name} has no notebook and no tests: it is in course/13_final_project of every copy, "
            "and 'dlcourse leaderboard DIR' ranks what is handed in"
        )
    known, root = assignment_names(), course_root()
    if name not in known:
        where = "" if root == ROOT else f" in {root}, which {VARIABLE} names"
        there = f"choose from {', '.join(known)}" if known else "dlcourse new-assignment makes one"
        raise BadInput(f"no assignment is called {name!r}{where}: {there}")
    return root / "assignments" / name / f"{name}.py"


def profile(source: Path) -> Profile:
    """What a submission finds in the sandbox: PyTorch where the assignment's source imports it."""
    imported: set[str] = set()
    for node in parsed(source).body:
        if isinstance(node, ast.Import):
            imported.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported.add(node.module.partition(".")[0])
    return TORCH if imported & (set(TORCH.packages) - set(NUMPY.packages)) else NUMPY


def parsed(file: Path) -> ast.Module:
    """A file of the course, whose mistakes are the instructor's to mend.

    Raises:
        BadInput: it is not Python.
    """
    try:
        return ast.parse(file.read_bytes())
    except SyntaxError as error:
        raise BadInput(f"{file} line {error.lineno} is not Python: {error.msg}") from None


def uses_torch(name: str) -> bool:
    """Whether assignment ``name`` asks for networks in PyTorch."""
    return profile(source_path(name)) is TORCH

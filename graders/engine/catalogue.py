"""Which assignments this course has, and where their files lie."""

from __future__ import annotations

from pathlib import Path

from graders.errors import BadInput
from graders.sandbox.profiles import NUMPY, TORCH, Profile

PROFILES = {"architectures": TORCH, "transfer": TORCH}
"""What assignments may use; those not named here, NumPy alone."""

RANKED = "final_project"
"""What is handed in as predictions, and ranked rather than graded."""


def course_root() -> Path:
    """The folder that holds ``assignments/``, ``course/`` and ``data/``.

    Raises:
        BadInput: the package was installed without its course folder.
    """
    root = Path(__file__).resolve().parents[2]
    if not (root / "assignments").is_dir():
        raise BadInput(
            f"{root / 'assignments'} does not exist: install the course in place, "
            "with 'pip install -e .' in its folder"
        )
    return root


def is_students_copy() -> bool:
    """Whether this is what ``dlcourse release`` makes: no solutions, no hidden tests, no grades."""
    return not (course_root() / "graders" / "hidden").is_dir()


def assignment_names() -> list[str]:
    """Every assignment that has a source and public tests, in alphabetical order."""
    return sorted(
        folder.name
        for folder in (course_root() / "assignments").iterdir()
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
    known = assignment_names()
    if name not in known:
        raise BadInput(f"no assignment is called {name!r}: choose from {', '.join(known)}")
    return course_root() / "assignments" / name / f"{name}.py"


def profile(name: str) -> Profile:
    """What a submission to assignment ``name`` finds in the sandbox."""
    return PROFILES.get(name, NUMPY)


def uses_torch(name: str) -> bool:
    """Whether assignment ``name`` asks for networks in PyTorch."""
    return profile(name) is TORCH

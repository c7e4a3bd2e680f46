"""What of the course is installed on this machine, and the command that installs more of it."""

from __future__ import annotations

import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
STUDENTS_EXTRAS = ("lessons", "notebooks")
"""What a student may want beyond the assignments in NumPy, which the course without extras has."""


def requirements(extra: str = "") -> list[Requirement]:
    """What an extra of ``pyproject.toml`` asks for on this machine; without one, the course."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = project["optional-dependencies"][extra] if extra else project["dependencies"]
    asked = map(Requirement, lines)
    return [line for line in asked if line.marker is None or line.marker.evaluate()]


def installed(name: str) -> str | None:
    """The version of a distribution that is installed here, or None."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def install_command(*extras: str) -> str:
    """Where to type what, to have the course with ``extras``. Double quotes are Windows' too."""
    course = f'".[{",".join(extras)}]"' if extras else "."
    return f"in {ROOT}: pip install --constraint constraints.txt --editable {course}"

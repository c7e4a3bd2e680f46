"""What may be installed: from the oldest version that works to the newest major that was tested."""

from __future__ import annotations

import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]


def test_no_dependency_may_be_of_a_major_that_was_not_tested() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = [*project["dependencies"]]
    for extra in project["optional-dependencies"].values():
        lines += extra
    pins = {}
    for line in (ROOT / "constraints.txt").read_text().splitlines():
        if "==" in line:
            name, _, version = line.partition("==")
            pins[canonicalize_name(name)] = Version(version)
    for requirement in map(Requirement, lines):
        pinned = pins[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(pinned), f"{requirement}: pinned is {pinned}"
        bounds = [s for s in requirement.specifier if s.operator == "<"]
        assert [bound.version for bound in bounds] == [str(pinned.major + 1)], (
            f"pyproject.toml: {requirement} was tested at {pinned}; bound it by <{pinned.major + 1}"
        )

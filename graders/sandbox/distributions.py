"""Which files of ``site-packages`` a distribution needs: its own, and those of what it requires."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

from graders.errors import BadInput
from graders.installation import install_command

OUTSIDE = {"..", "__pycache__"}  # scripts in bin/, and what Python makes again by itself


def installed_paths(names: tuple[str, ...]) -> list[Path]:
    """Top-level files and folders of ``names`` and of their requirements, in alphabetical order.

    Raises:
        BadInput: one of them is not installed.
    """
    paths: set[Path] = set()
    for distribution in closure(names):
        for file in distribution.files or ():
            top = file.parts[0]
            if top not in OUTSIDE and not top.endswith(".pth"):
                paths.add(Path(str(distribution.locate_file(top))))
    return sorted(paths)


def closure(names: tuple[str, ...]) -> list[metadata.Distribution]:
    """Distributions by name, and whatever they require on this platform."""
    found: dict[str, metadata.Distribution] = {}
    pending = [Requirement(name) for name in names]
    seen: set[str] = set()
    while pending:
        requirement = pending.pop()
        if str(requirement) in seen:
            continue
        seen.add(str(requirement))
        try:
            distribution = metadata.distribution(requirement.name)
        except metadata.PackageNotFoundError:
            raise BadInput(
                f"the sandbox needs {requirement.name}: {install_command('lessons', 'grade')}"
            ) from None
        found[requirement.name] = distribution
        pending += [
            further
            for further in map(Requirement, distribution.requires or ())
            if further.marker is None
            or any(further.marker.evaluate({"extra": e}) for e in ("", *requirement.extras))
        ]
    return list(found.values())

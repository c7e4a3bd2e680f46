"""The versions that students install: of the course's constraints, those they need."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import metadata

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def constraints_of(requirements: Iterable[Requirement], constraints: str) -> str:
    """The lines of ``constraints`` for ``requirements``, for what these require, and so on.

    What a distribution requires is read from the one that is installed here; of one that is not,
    nothing more is known.
    """
    needed = distributions(requirements)
    lines = constraints.splitlines(keepends=True)
    return "".join(
        line
        for line in lines
        if line.startswith("#") or canonicalize_name(line.partition("==")[0].strip()) in needed
    )


def distributions(requirements: Iterable[Requirement]) -> set[str]:
    """The names of all distributions that installing ``requirements`` brings."""
    waiting = list(requirements)
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        requirement = waiting.pop()
        key = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if key in seen:
            continue
        seen.add(key)
        waiting += [
            inner
            for inner in map(Requirement, _requires(requirement.name))
            if applies(inner, requirement.extras)
        ]
    return {name for name, _ in seen}


def applies(requirement: Requirement, extras: Iterable[str]) -> bool:
    """Whether it holds on this machine, for what was asked for with ``extras``."""
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras))


def _requires(name: str) -> list[str]:
    try:
        return metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return []

"""What a student may want to know of a file before the deadline, found by reading it alone."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from graders.engine.catalogue import assignment_names, source_path
from graders.engine.cells import Code
from graders.engine.files import MAX_BYTES
from graders.engine.names import defined_names, written_names
from graders.errors import BadInput
from graders.sandbox.limits import MIB
from graders.sandbox.magics import without_magics
from graders.students.own_file import read_code

SHOWN_NAMES = 5


@dataclass(frozen=True)
class LookedOver:
    """What a look found: ``doubts`` are reasons to ask, ``notes`` are to be told afterwards."""

    doubts: tuple[str, ...]
    notes: tuple[str, ...]
    empty: bool


def look_over(name: str, path: Path) -> LookedOver:
    """Read a file that is to be handed in for assignment ``name``.

    Raises:
        BadInput: the file is too large, or cannot be read as a script or a notebook.
    """
    code = read_code(path)
    if path.stat().st_size > MAX_BYTES:
        raise BadInput(
            f"{path} is larger than {MAX_BYTES // MIB} MiB: clear the notebook's outputs"
        )
    empty = not any(cell.text.strip() for cell in code.cells)
    notes = ["the file is empty"] if empty else []
    if code.whole:
        try:
            ast.parse(code.whole)
        except SyntaxError as error:
            notes.append(f"{path} line {error.lineno} is not Python: {error.msg}")
            return LookedOver((), tuple(notes), empty)
    there = names_in(code)
    asked = defined_names(source_path(name).read_text(encoding="utf-8"))
    if not empty and not asked & there and (other := _assignment_of(there)):
        doubt = f"{path} has no function of {name}, but {_listed(there & other[1])} of {other[0]}"
        return LookedOver((doubt,), tuple(notes), empty)
    if missing := asked - there:
        notes.append(f"{len(missing)} of {len(asked)} names are not there: {_listed(missing)}")
    left = sum(
        "raise NotImplementedError" in line for c in code.cells for line in c.source.split("\n")
    )
    if left:
        notes.append(f"{left} functions still raise NotImplementedError")
    return LookedOver((), tuple(notes), empty)


def names_in(
    code: Code, names_of: Callable[[str], frozenset[str]] = defined_names
) -> frozenset[str]:
    """The functions and classes that its cells define, those that are Python."""
    found: frozenset[str] = frozenset()
    for cell in code.cells:
        try:
            found |= names_of(without_magics(cell.source))
        except SyntaxError:
            continue
    return found


def written(name: str, code: Code) -> frozenset[str]:
    """What assignment ``name`` asks for and its cells define, in more than a stub."""
    asked = defined_names(source_path(name).read_text(encoding="utf-8"))
    return asked & names_in(code, written_names)


def _assignment_of(names: frozenset[str]) -> tuple[str, frozenset[str]] | None:
    """The assignment that asks for most of ``names``, with what it asks for."""
    asked = {
        other: defined_names(source_path(other).read_text(encoding="utf-8"))
        for other in assignment_names()
    }
    best = max(asked, key=lambda other: len(asked[other] & names), default="")
    return (best, asked[best]) if best and asked[best] & names else None


def _listed(names: frozenset[str]) -> str:
    first, more = sorted(names)[:SHOWN_NAMES], len(names) - SHOWN_NAMES
    return ", ".join(first) + (f" and {more} more" if more > 0 else "")

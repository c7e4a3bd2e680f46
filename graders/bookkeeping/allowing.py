"""``dlcourse extend``, ``drop``, ``allowances``: what is decided for some students or for all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from graders.engine.allowances import (
    YES,
    Allowance,
    add,
    allowances_path,
    read_allowances,
)
from graders.engine.catalogue import RANKED, source_path
from graders.engine.printable import printable
from graders.engine.timestamps import read_time
from graders.errors import BadInput

EVERYONE = "everyone"


def extend(name: str, students: Sequence[str], until: str | None, reason: str) -> int:
    """Write an extension into ``allowances.csv``; without ``until``, take one back.

    Raises:
        BadInput: an unknown assignment, or a time that cannot be understood.
    """
    source_path(name)  # a known one
    moment = _time(until) if until is not None else None
    value = moment.isoformat(" ", "minutes") if moment else ""
    add(Allowance("extension", name, _named(one), value, _line(reason)) for one in students)
    for student in students:
        print(f"{student}: {name} is due {_until(moment)}")
    print(f"written: {allowances_path()}; `dlcourse grade {name} …` applies it")
    return 0


def drop(
    names: Sequence[str], students: Sequence[str], lowest: int | None, reason: str, undo: bool
) -> int:
    """Write into ``allowances.csv`` what the course's total leaves out.

    Raises:
        BadInput: an unknown assignment, or nothing or too much to do.
    """
    if (lowest is None) == (not names):
        raise BadInput("name assignments to drop, or --lowest K: one of the two")
    for name in names:
        if name != RANKED:
            source_path(name)
    if lowest is not None and (lowest < 0 or students or undo):
        raise BadInput("--lowest K is for everyone, 0 or more: --lowest 0 lets all count again")
    if lowest is not None:
        add([Allowance("drop lowest", value=str(lowest), reason=_line(reason))])
        print(f"{EVERYONE}: the lowest {lowest} left out of the total")
    else:
        who = [_named(student) for student in students] or [""]
        value = "" if undo else YES
        add(Allowance("drop", name, one, value, _line(reason)) for name in names for one in who)
        for one in who:
            counts = "counts" if undo else "is left out of the total"
            print(f"{one or EVERYONE}: {', '.join(names)} {counts}")
    print(f"written: {allowances_path()}")
    return 0


def listing() -> int:
    """Print what holds, a line each."""
    rows = []
    for line in read_allowances().lines:
        if line.kind == "extension":
            what = f"due {_until(line.until)}"
        elif line.kind == "drop":
            what = "left out of the total" if line.value else "counts"
        else:
            what = f"the lowest {line.value or 0} left out of the total"
        signed = ", ".join(filter(None, (line.by, line.at[:10])))
        rows.append((line.student or EVERYONE, line.assignment or "all", what, line.reason, signed))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = zip(map(printable, row), widths, strict=True)
        print("  ".join(f"{cell:<{width}}" for cell, width in cells).rstrip())
    if not rows:
        print(f"no extensions and no drops: {allowances_path()} holds none")
    return 0


def _time(text: str) -> datetime:
    try:
        return read_time(text.encode())
    except ValueError as error:
        raise BadInput(f"--until: {error}") from None


def _until(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "when it is for everyone"


def _named(student: str) -> str:
    if not student.strip():
        raise BadInput("--student '': name a student, as the folders of submissions are called")
    return _line(student)


def _line(text: str) -> str:
    return " ".join(printable(text).split())

"""Extensions and drops: ``allowances.csv`` in the course's folder, which people may read and edit.

One line is one decision: ``kind`` is ``extension``, ``drop`` or ``drop lowest``, ``value`` the new
due time, ``yes``, or how many. Of lines about the same thing the last one counts, and an empty
value takes it back; so the file also tells who decided what, and when. A line without a student is
for everyone.
"""

from __future__ import annotations

import csv
import fcntl
import io
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, get_args

from graders.engine.catalogue import course_root
from graders.engine.people import os_user
from graders.engine.timestamps import read_time
from graders.engine.writing import write_atomically
from graders.errors import BadInput

FILE = "allowances.csv"
Kind = Literal["extension", "drop", "drop lowest"]
YES = "yes"


@dataclass(frozen=True)
class Allowance:
    """One line of the file."""

    kind: Kind
    assignment: str = ""
    student: str = ""
    value: str = ""
    reason: str = ""
    by: str = field(default_factory=os_user)
    at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(" ", "seconds"))

    @property
    def about(self) -> tuple[str, str, str]:
        """What it decides: a later line about the same replaces it."""
        return self.kind, self.assignment, self.student

    @property
    def until(self) -> datetime | None:
        """Of an extension, when the work is due; None where it was taken back."""
        return read_time(self.value.encode()) if self.value else None


@dataclass(frozen=True)
class Allowances:
    """What counts of the file, in its order."""

    lines: tuple[Allowance, ...] = ()

    def extensions(self, assignment: str) -> dict[str, datetime | None]:
        """Student -> when the assignment is due for them; None where that was taken back."""
        return {
            line.student: line.until
            for line in self.lines
            if line.kind == "extension" and line.assignment == assignment
        }

    def left_out(self, student: str, shares: Mapping[str, float]) -> dict[str, str]:
        """Assignment -> why it does not count in a student's total: ``dropped`` or ``lowest``.

        Args:
            shares: of the assignments that there are, the part of its points that the student has.

        One that is dropped for everyone or for this student never counts. Of the others the lowest
        are left out, as many as the course drops; one always stays.
        """
        why = {name: "dropped" for name in shares if self._dropped(name, student)}
        rest = sorted(shares.keys() - why.keys(), key=lambda name: (shares[name], name))
        lowest = next(
            (int(line.value or 0) for line in self.lines if line.kind == "drop lowest"), 0
        )
        return why | dict.fromkeys(rest[: min(lowest, len(rest) - 1)] if rest else [], "lowest")

    def _dropped(self, assignment: str, student: str) -> bool:
        found = {line.student: line.value for line in self.lines
                 if line.kind == "drop" and line.assignment == assignment}  # fmt: skip
        return bool(found.get(student, found.get("", "")))


def allowances_path() -> Path:
    return course_root() / FILE


def read_allowances() -> Allowances:
    """What the course at hand allows: nothing, where there is no such file.

    Raises:
        BadInput: a line of the file cannot be understood.
    """
    latest: dict[tuple[str, str, str], Allowance] = {}
    for line in read_lines():
        latest.pop(line.about, None)
        latest[line.about] = line
    return Allowances(tuple(latest.values()))


def read_lines() -> list[Allowance]:
    """Every line of the file, those that no longer count included.

    Raises:
        BadInput: a line cannot be understood.
    """
    path = allowances_path()
    if not path.exists():
        return []
    names = [item.name for item in fields(Allowance)]
    found = []
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        try:
            if missing := set(names[:4]) - set(reader.fieldnames or ()):
                raise ValueError(f"no column {', '.join(sorted(missing))} in the first line")
            for row in reader:
                cells = {name: (row.get(name) or "").strip() for name in names}
                if any(cells.values()):
                    found.append(_checked(cells))
        except (ValueError, csv.Error) as error:
            raise BadInput(f"{path}, line {max(1, reader.line_num)}: {error}") from None
    return found


def _checked(cells: dict[str, str]) -> Allowance:
    kind, assignment, student, value = list(cells.values())[:4]
    if kind not in get_args(Kind):
        raise ValueError(f"kind {kind!r}: write {', '.join(get_args(Kind))}")
    if kind != "drop lowest" and not assignment:
        raise ValueError(f"a line of kind {kind} names an assignment")
    if kind == "extension":
        if not student:
            raise ValueError("an extension is one student's: for everyone, change the due date")
        if value:
            read_time(value.encode())
    if kind == "drop lowest" and not (value or "0").isdecimal():
        raise ValueError(f"value {value!r}: write how many assignments are left out")
    return Allowance(**cells)  # type: ignore[arg-type]


def add(lines: Iterable[Allowance]) -> None:
    """Write lines behind those that are there.

    Raises:
        BadInput: a line that is there cannot be understood.
    """
    path = allowances_path()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)  # somebody else may be adding, too
        write([*read_lines(), *lines])
    finally:
        os.close(folder)


def write(lines: Iterable[Allowance]) -> None:
    """Replace the file, which only its owner may read: reasons are private."""
    out = io.StringIO()
    writer = csv.DictWriter(out, [item.name for item in fields(Allowance)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(line) for line in lines)
    write_atomically(allowances_path(), out.getvalue(), mode=0o600)

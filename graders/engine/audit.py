"""``audit.jsonl`` beside the gradebook: every change of a score, who noted it, when and why.

Lines are only ever appended. What a run notes is the difference between the last line of a student
and the score as it is now, so a change that a killed run could not note, or that was made in
formgrader, is noted by the next one; a line that a kill tore is passed over.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from math import isclose
from pathlib import Path
from typing import Any

from graders.engine.final import FinalScore
from graders.engine.people import os_user

FILE = "audit.jsonl"


@dataclass(frozen=True)
class Standing:
    """A student's score and what it is made of."""

    score: float | None
    tests: float
    status: str
    sha256: str
    late_penalty: float = 0.0
    by_hand: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, line: FinalScore) -> Standing:
        points = {task.name: task.score or 0.0 for task in line.tasks if task.by_hand}
        item = line.submission
        return cls(line.score, item.score, item.status, item.sha256, line.late_penalty, points)


def note(
    out: Path,
    assignment: str,
    lines: Iterable[FinalScore],
    extensions: Mapping[str, datetime | None] | None = None,
    *,
    because: str = "",
    request: str = "",
) -> None:
    """Append a line for everyone whose score, or what makes it, is not what the last line says.

    Args:
        extensions: student -> when the work is due for them.
        because: why, where the command knows more than the numbers tell.
        request: the student's request that is answered, which is noted whatever became of it.
    """
    path = out / FILE
    last = {
        entry["student"]: Standing(**entry["now"])
        for entry in entries(path)
        if entry["assignment"] == assignment
    }
    about = {"at": datetime.now(UTC).isoformat(" ", "seconds"), "by": os_user(),
             "assignment": assignment}  # fmt: skip
    if request:
        about["request"] = request
    text = ""
    for line in lines:
        before, now = last.get(line.student), Standing.of(line)
        if before is not None and _same(before, now) and not request:
            continue
        until = (extensions or {}).get(line.student)
        why = "; ".join(filter(None, (because, *reasons(before, now, until))))
        entry = {"student": line.student, "old": before.score if before else None,
                 "new": now.score, "why": why, "now": asdict(now)}  # fmt: skip
        text += json.dumps(about | entry) + "\n"
    if text:
        append(path, text)


def append(path: Path, text: str) -> None:
    """Add whole lines at the end, on the disk when this returns."""
    with path.open("a+b") as file:
        if file.tell() and not _ends_in_a_line(file):
            text = f"\n{text}"
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())


def _ends_in_a_line(file: Any) -> bool:
    file.seek(-1, os.SEEK_END)
    return bool(file.read(1) == b"\n")


def entries(path: Path) -> list[dict[str, Any]]:
    """The lines of a trail, oldest first, without one that was torn."""
    found = []
    for line in path.read_bytes().split(b"\n") if path.exists() else []:
        try:
            entry = json.loads(line)
            Standing(**entry["now"])
            entry["assignment"], entry["student"]
        except (ValueError, KeyError, TypeError):
            continue
        found.append(entry)
    return found


def reasons(before: Standing | None, now: Standing, extended: datetime | None) -> list[str]:
    """Why a score is another one, in words."""
    if before is None:
        first = [f"first grade: {now.status}"]
        before = Standing(None, now.tests, now.status, now.sha256)
    elif before.sha256 != now.sha256 or before.status != now.status:
        first = [f"new submission: {now.status}, tests {_of(before.tests)} → {_of(now.tests)}"]
    elif not isclose(before.tests, now.tests):
        first = [f"regrade: tests {_of(before.tests)} → {_of(now.tests)}"]
    else:
        first = []
    for task in sorted(before.by_hand.keys() | now.by_hand.keys()):
        old, new = before.by_hand.get(task), now.by_hand.get(task)
        if old != new:
            first.append(f"by hand: {task} {_of(old)} → {_of(new)}")
    if not isclose(before.late_penalty, now.late_penalty, abs_tol=1e-6):
        what = f"extension until {extended:%Y-%m-%d %H:%M} UTC, late" if extended else "late"
        first.append(f"{what} −{_of(before.late_penalty)} → −{_of(now.late_penalty)}")
    return first


def _same(before: Standing, now: Standing) -> bool:
    pairs = [(before.tests, now.tests), (before.late_penalty, now.late_penalty)]
    if before.score is not None and now.score is not None:
        pairs.append((before.score, now.score))
    elif before.score is not now.score:
        return False
    same = (before.status, before.sha256, before.by_hand) == (now.status, now.sha256, now.by_hand)
    return same and all(isclose(*pair, abs_tol=1e-6) for pair in pairs)


def _of(points: float | None) -> str:
    return "tests" if points is None else f"{points:.6g}"

"""``dlcourse audit``: the trail of changes, for people to read."""

from __future__ import annotations

from pathlib import Path

from graders.engine import audit
from graders.engine.printable import printable
from graders.errors import BadInput


def tell_audit(folder: Path, student: str | None) -> int:
    """Print every change of a score in ``folder``, or of one student's, oldest first.

    Raises:
        BadInput: there is no trail, or it says nothing of this student.
    """
    path = folder / audit.FILE
    if not path.exists():
        raise BadInput(f"{path} does not exist: name the --out of dlcourse grade")
    found = [line for line in audit.entries(path) if student in (None, line["student"])]
    if not found and student is not None:
        raise BadInput(f"{path} has nothing of {student!r}: is it the student's folder's name?")
    for line in found:
        change = f"{_score(line['old'])} → {_score(line['new'])}"
        parts = (
            line["at"][:19],
            line["by"],
            line["assignment"],
            line["student"],
            change,
            line["why"],
        )
        print("  ".join(printable(part) for part in parts))
    return 0


def _score(score: float | None) -> str:
    return "–" if score is None else f"{score:.6g}"

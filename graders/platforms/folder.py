"""A plain folder or zip: ``STUDENT/...``, ``STUDENT.zip`` or ``STUDENT.ipynb`` for each student.

nbgrader's own layout, ``STUDENT/NAME/...`` with its ``timestamp.txt``, is one of these.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import PurePosixPath

from graders.engine.listing import File
from graders.engine.timestamps import GUESSED, KNOWN, read_time
from graders.errors import Rejected
from graders.platforms.handed import Handed, Who

ALONE = (".zip", ".ipynb", ".py")


def hand_ins(files: Iterable[File], assignment: str, *, dated: bool) -> list[Handed]:
    """Everybody's files on one assignment.

    Args:
        dated: whether the files' times are a file system's, and so say something.
    """
    found: dict[str, list[File]] = defaultdict(list)
    for file in files:
        student, *rest = file.path.parts
        if rest:
            found[student].append(replace(file, path=PurePosixPath(*rest)))
        elif file.path.suffix.lower() in ALONE:
            own = f"{assignment}{file.path.suffix.lower()}"
            found[file.path.stem].append(replace(file, path=PurePosixPath(own)))
    return [_of_one(student, mine, assignment, dated) for student, mine in found.items()]


def _of_one(student: str, mine: list[File], assignment: str, dated: bool) -> Handed:
    within = [file for file in mine if file.path.parts[:-1][:1] == (assignment,)]
    stamp = next((file for file in within if file.path == PurePosixPath(assignment, KNOWN)), None)
    chosen = tuple(file for file in within or mine if file is not stamp)
    last = max((file.modified for file in chosen), default=0.0) if dated else 0.0
    moment = datetime.fromtimestamp(int(last), UTC) if last else None
    handed = Handed(
        Who(student, student, (("any", student),)),
        chosen,
        origin=student,
        moment=moment,
        source=GUESSED if moment else "",
    )
    if stamp is None:
        return handed
    try:
        return replace(handed, moment=read_time(stamp.read()), source=KNOWN, known=True)
    except (ValueError, Rejected) as error:
        return replace(handed, remarks=(f"{KNOWN}: {error}",))

"""Who handed something in: the students of a folder of submissions, and the names they go by."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from graders.engine.printable import printable
from graders.errors import BadInput

COLLECTED = ".collected"
"""Where ``dlcourse collect`` keeps its tables, beside the students' folders."""
JUNK = frozenset(
    {"__MACOSX", "__pycache__", ".ipynb_checkpoints", ".git", ".venv", "venv", COLLECTED}
)
"""Folders that systems and tools make, and nobody hands in."""
HANDED_IN = frozenset({".py", ".ipynb", ".zip", ".txt"})
"""How files end that may hold somebody's work."""
SHOWN_LOOSE = 5  # files that are nobody's, named in the warning
MAX_NAME_BYTES = 200  # a file name takes 255, and pages are named after students


@dataclass(frozen=True)
class HandIn:
    """What one student handed in: a folder, a zip, or one of each.

    ``path`` is the folder where there is one, ``zip_beside`` a zip of the same name next to it.
    """

    student: str
    path: Path
    zip_beside: Path | None = None


def find(submissions: Path) -> list[HandIn]:
    """Every student of a folder, in alphabetical order.

    Raises:
        BadInput: the folder is not there or holds nobody, or two files name one student.
    """
    if not submissions.is_dir():
        raise BadInput(f"{submissions} is not a folder of submissions")
    paths: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(submissions.iterdir()):
        if is_zip(path):
            paths[student_name(path.stem)].append(path)
        elif path.is_dir() and _may_be_a_student(path):
            paths[student_name(path.name)].append(path)
    found = [_hand_in(student, of_one) for student, of_one in paths.items()]
    if not found:
        stray = warning_of_loose(submissions)
        raise BadInput(stray or f"{submissions} holds no submission: expected STUDENT/NAME.py")
    return found


def _hand_in(student: str, paths: list[Path]) -> HandIn:
    folders = [path for path in paths if not is_zip(path)]
    zips = [path for path in paths if is_zip(path)]
    if len(folders) > 1 or len(zips) > 1:
        raise BadInput(f"{paths[0]} and {paths[1]} name one student: rename one")
    return HandIn(student, folders[0], *zips) if folders else HandIn(student, zips[0])


def _may_be_a_student(folder: Path) -> bool:
    """A folder whose name begins with a dot is a tool's, unless it holds what students hand in."""
    if is_junk(folder.name):
        return False
    return not folder.name.startswith((".", "__")) or any(
        path.suffix.lower() in HANDED_IN for path in folder.rglob("*")
    )


def is_zip(path: Path) -> bool:
    return path.suffix.lower() == ".zip" and not path.is_dir()


def is_junk(name: str) -> bool:
    """Whether a file or folder of this name is what macOS, git or Jupyter left behind."""
    return name in JUNK or name.startswith("._")


def loose(submissions: Path) -> list[str]:
    """The names of files that lie beside the students' folders and are nobody's submission."""
    return [
        student_name(path.name)
        for path in sorted(submissions.iterdir())
        if not path.name.startswith((".", "__")) and not path.is_dir() and not is_zip(path)
    ]


def warning_of_look_alikes(students: Iterable[HandIn]) -> str:
    """One line that names students whose names are nearly one, or nothing."""
    groups = look_alikes(hand_in.student for hand_in in students)
    named = "; ".join(" and ".join(group) for group in groups)
    return f"graded as different students, though their names look alike: {named}" if named else ""


def warning_of_loose(submissions: Path) -> str:
    """One line that names them, or nothing."""
    names = loose(submissions)
    if not names:
        return ""
    more = f" and {len(names) - SHOWN_LOOSE} more" if len(names) > SHOWN_LOOSE else ""
    return (
        f"not graded, since a submission is STUDENT/NAME.py or the like: "
        f"{', '.join(names[:SHOWN_LOOSE])}{more} in {submissions}"
    )


def student_name(raw: str) -> str:
    """The student that a file name names: printable, and short enough to name files again.

    What has to be changed for that ends in a piece of the original's hash, so that no two
    students become one.
    """
    content = os.fsencode(raw)
    name = printable(content.decode(errors="replace")).replace("\n", " ").replace("\t", " ")
    if name == raw and len(content) <= MAX_NAME_BYTES:
        return name
    digest = hashlib.sha256(content).hexdigest()[:12]
    kept = name.encode()[: MAX_NAME_BYTES - len(digest) - 1].decode(errors="ignore")
    return f"{kept}~{digest}"


def look_alikes(students: Iterable[str]) -> list[list[str]]:
    """Groups of students whose names are one to a file system that minds neither case nor form.

    macOS and Windows have such file systems; on others these are different people, or one person
    whose name was typed in two ways.
    """
    groups: dict[str, list[str]] = defaultdict(list)
    for student in students:
        groups[unicodedata.normalize("NFKC", student).casefold()].append(student)
    return [group for group in groups.values() if len(group) > 1]

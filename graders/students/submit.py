"""``dlcourse submit``: a student's file, checked and stored where the instructor will grade it."""

from __future__ import annotations

import ast
import os
import re
from datetime import UTC, datetime
from pathlib import Path

from graders.engine.catalogue import RANKED, source_path
from graders.engine.predictions import TEST_IDS, read_predictions
from graders.engine.submissions import MAX_BYTES, MIB, SubmittedFile, read_file
from graders.errors import BadInput, Rejected
from graders.students.own_file import own_file, read_code

PREDICTIONS = "predictions.csv"
STUDENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}")


def submit(name: str, file: Path | None, student: str, to: Path) -> int:
    """Store a submission of assignment ``name`` in ``to`` and print a receipt.

    Code lands in nbgrader's layout, ``STUDENT/NAME/NAME.py`` or ``.ipynb`` beside a
    ``timestamp.txt``, and takes the place of an earlier one of the same student. Predictions of
    the final project are entries: each is kept, in a folder of its own.

    Raises:
        BadInput: an unknown assignment, a name that no folder can have, an unreadable file.
    """
    if name != RANKED:
        source_path(name)  # a known assignment
    if not STUDENT.fullmatch(student):
        raise BadInput(
            f"--student {student!r}: letters, digits and . _ @ + - only, 64 at most, "
            "beginning with a letter or digit"
        )
    now, warnings = datetime.now(UTC), list[str]()
    if name == RANKED:
        path = file if file is not None else Path(PREDICTIONS)
        check_predictions(path)
        folder, stored_name = f"{name}-{now:%Y%m%d-%H%M%S-%f}", PREDICTIONS
    else:
        path = file if file is not None else own_file(name)
        warnings = look_over(path)
        folder, stored_name = name, f"{name}{path.suffix}"
    stored = store(path, to / student / folder, stored_name, now)
    print(f"received   {name} from {student}, {stored.submitted_at}")
    print(f"stored as  {to / student / folder / stored.file}")
    print(f"sha256     {stored.sha256}")
    for warning in warnings:
        print(f"note       {warning}")
    return 0


def check_predictions(path: Path) -> None:
    """Read ``path`` as the ranking will.

    Raises:
        BadInput: it is not there, or a row is wrong; the message names the row and the mend.
    """
    if not path.exists():
        raise BadInput(f"{path} does not exist: name your {PREDICTIONS}, with id,label in row 1")
    try:
        read_predictions(read_file(path)[0], TEST_IDS)
    except Rejected as error:
        raise BadInput(f"{path}: {error}") from None


def look_over(path: Path) -> list[str]:
    """What the student may want to know before the deadline; it is stored all the same.

    Raises:
        BadInput: the file is too large, or cannot be read as a script or a notebook.
    """
    code = read_code(path)
    if path.stat().st_size > MAX_BYTES:
        raise BadInput(
            f"{path} is larger than {MAX_BYTES // MIB} MiB: clear the notebook's outputs"
        )
    warnings = []
    if code.whole:
        try:
            ast.parse(code.whole)
        except SyntaxError as error:
            warnings.append(f"{path} line {error.lineno} is not Python: {error.msg}")
    left = sum(
        "raise NotImplementedError" in line for c in code.cells for line in c.source.split("\n")
    )
    if left:
        warnings.append(f"{left} functions still raise NotImplementedError")
    return warnings


def store(path: Path, folder: Path, name: str, now: datetime) -> SubmittedFile:
    """Copy the file into place. A kill on the way leaves the earlier submission or this one.

    Raises:
        BadInput: ``folder`` cannot be made.
    """
    work = SubmittedFile(name, path.read_bytes(), now.isoformat("T", "seconds"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise BadInput(f"{folder} cannot be made: --to names a folder") from None
    _replace(folder / name, work.content)
    _replace(folder / "timestamp.txt", now.strftime("%Y-%m-%d %H:%M:%S UTC\n").encode())
    for other in {f"{folder.name}.py", f"{folder.name}.ipynb"} - {name}:
        (folder / other).unlink(missing_ok=True)
    return work


def _replace(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)

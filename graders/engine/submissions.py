"""Finding and reading what students handed in. Their files are data: nothing here runs them.

A student's work is one of ``STUDENT/NAME.py``, ``STUDENT/NAME.ipynb``, ``STUDENT/NAME/NAME.ipynb``
(nbgrader's layout) or ``STUDENT.zip`` with one of these inside. Where several are there, the one
with the fewest functions left unimplemented counts, then the newest.
"""

from __future__ import annotations

import hashlib
import os
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from dateutil import parser as dates

from graders.engine.cells import Code, from_notebook, from_script
from graders.engine.pieces import Piece, of_notebook, of_script
from graders.engine.printable import printable
from graders.errors import BadInput, Rejected
from graders.sandbox.limits import MIB

MAX_BYTES = 10 * MIB
MAX_UNPACKED_BYTES = 200 * MIB
MAX_UNPACKED_FILES = 1000
SHOWN_LOOSE = 5  # files that are nobody's, named in the warning
MAX_NAME_BYTES = 200  # a file name takes 255, and pages are named after students


@dataclass(frozen=True)
class HandIn:
    """A student, and where to look for their work."""

    student: str
    path: Path


@dataclass(frozen=True)
class SubmittedFile:
    """A student's file as it was handed in."""

    file: str
    content: bytes
    submitted_at: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.file.encode() + b"\0" + self.content).hexdigest()

    def pieces(self) -> list[Piece]:
        """Its cells of every kind.

        Raises:
            Rejected: the file cannot be read as code.
        """
        read = of_notebook if self.file.endswith(".ipynb") else of_script
        return read(self.file, self.content)

    def code(self) -> Code:
        """What to run.

        Raises:
            Rejected: the file cannot be read as code.
        """
        read = from_notebook if self.file.endswith(".ipynb") else from_script
        return read(self.file, self.content)


def find(submissions: Path) -> list[HandIn]:
    """Every student of a folder, in alphabetical order.

    Raises:
        BadInput: the folder is not there or holds nobody, or two files name one student.
    """
    if not submissions.is_dir():
        raise BadInput(f"{submissions} is not a folder of submissions")
    found: dict[str, HandIn] = {}
    for path in sorted(submissions.iterdir()):
        if path.name.startswith((".", "__")):
            continue
        is_zip = _is_zip(path)
        if is_zip or path.is_dir():
            student = student_name(path.stem if is_zip else path.name)
            known = found.setdefault(student, HandIn(student, path)).path
            if known != path and (_is_zip(known) or not is_zip):  # a folder goes before a zip
                raise BadInput(f"{known} and {path} name one student: rename one")
    if not found:
        stray = warning_of_loose(submissions)
        raise BadInput(stray or f"{submissions} holds no submission: expected STUDENT/NAME.py")
    return list(found.values())


def loose(submissions: Path) -> list[str]:
    """The names of files that lie beside the students' folders and are nobody's submission."""
    return [
        student_name(path.name)
        for path in sorted(submissions.iterdir())
        if not path.name.startswith((".", "__")) and not path.is_dir() and not _is_zip(path)
    ]


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


def _is_zip(path: Path) -> bool:
    return path.suffix.lower() == ".zip" and not path.is_dir()


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


def read(found: HandIn, name: str) -> SubmittedFile | None:
    """The student's work on assignment ``name``, or None where there is none.

    Raises:
        Rejected: what is there cannot be taken; the text tells the student why.
    """
    try:
        if _is_zip(found.path):
            candidates = list(_in_zip(found.path, name))
        else:
            candidates = list(_in_folder(found.path, name))
    except OSError as error:
        raise Rejected(f"the submission cannot be read: {error.strerror}") from None
    if not candidates:
        return None
    return min(candidates, key=_preference)


def _preference(work: SubmittedFile) -> tuple[int, float]:
    """Least unimplemented first, then newest: a bundle holds a stub in each form."""
    newest_first = -datetime.fromisoformat(work.submitted_at).timestamp()
    return work.content.count(b"NotImplementedError"), newest_first


def _in_folder(folder: Path, name: str) -> Iterator[SubmittedFile]:
    if folder.is_symlink():
        raise Rejected("the submission is a link, not a folder")
    for path in (
        folder / f"{name}.py",
        folder / f"{name}.ipynb",
        folder / name / f"{name}.ipynb",
        folder / name / f"{name}.py",
    ):
        if path.parent.is_symlink():
            raise Rejected(f"{path.parent.name} is a link, not a folder")
        if path.is_symlink() or path.exists():
            content, changed = read_file(path)
            yield SubmittedFile(path.name, content, handed_in(path, changed).isoformat())


def read_file(path: Path) -> tuple[bytes, datetime]:
    """A regular file's bytes: never through a link, never from a pipe or a device."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if path.is_symlink():
            raise Rejected(f"{path.name} is a link: hand in the file itself") from None
        raise Rejected(f"{path.name} cannot be read: {error.strerror}") from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise Rejected(f"{path.name} is not a file")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            content = file.read(MAX_BYTES + 1)
    finally:
        os.close(descriptor)
    return _bounded(path.name, content), datetime.fromtimestamp(int(status.st_mtime), UTC)


def modified(path: Path) -> datetime:
    """When a file or link was last changed."""
    return datetime.fromtimestamp(int(path.lstat().st_mtime), UTC)


def handed_in(path: Path, otherwise: datetime) -> datetime:
    """When a file was handed in: what nbgrader's timestamp.txt beside it says, else ``otherwise``.

    Raises:
        Rejected: timestamp.txt is there and is not a file.
    """
    timestamp = path.with_name("timestamp.txt")
    if not (timestamp.exists() or timestamp.is_symlink()):
        return otherwise
    return _timestamp(read_file(timestamp)[0]) or otherwise


def _bounded(name: str, content: bytes) -> bytes:
    if len(content) > MAX_BYTES:
        raise Rejected(
            f"{name} is larger than {MAX_BYTES // MIB} MiB: clear the notebook's outputs"
        )
    return content


def _timestamp(content: bytes) -> datetime | None:
    """nbgrader's timestamp.txt, or None where it holds something else."""
    try:
        moment = dates.parse(content[:100].decode())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        moment.timestamp()  # some offsets and years exist on paper only
    except (ValueError, OverflowError, TypeError, AttributeError, IndexError, ArithmeticError):
        return None  # dateutil's parser raises all of these on malformed text
    return moment


def _in_zip(path: Path, name: str) -> Iterator[SubmittedFile]:
    """The same forms inside a zip, at its top or in folders. Nothing is unpacked to disk."""
    _, modified = read_file(path)
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MAX_UNPACKED_FILES:
                raise Rejected(f"{path.name} holds more than {MAX_UNPACKED_FILES} files")
            if sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
                raise Rejected(f"{path.name} unpacks to more than {MAX_UNPACKED_BYTES // MIB} MiB")
            for member in members:
                where = PurePosixPath(member.filename)
                if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise Rejected(f"{path.name} uses an unusual compression: make it again")
                if where.name in (f"{name}.py", f"{name}.ipynb") and not any(
                    part.startswith((".", "__")) for part in where.parts
                ):
                    with archive.open(member) as file:
                        content = _bounded(where.name, file.read(MAX_BYTES + 1))
                    yield SubmittedFile(where.name, content, modified.isoformat())
    except Rejected:
        raise
    except Exception as error:  # zipfile raises many kinds on malformed archives
        raise Rejected(f"{path.name} cannot be unpacked: {error or type(error).__name__}") from None

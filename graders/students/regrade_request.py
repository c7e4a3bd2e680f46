"""``dlcourse regrade-request``: a note to the instructor on a test that went wrong."""

from __future__ import annotations

from pathlib import Path

from graders.engine.catalogue import source_path
from graders.engine.printable import printable
from graders.engine.regrade_requests import (
    MOST_CHARACTERS,
    MOST_REQUESTS,
    TEST_NAME,
    Request,
    file_name,
    parse,
    text_of,
)
from graders.engine.writing import write_atomically
from graders.errors import BadInput
from graders.students.store import Place
from graders.students.submit import STUDENT


def regrade_request(name: str, test: str, note: str, student: str | None, to: Path | None) -> int:
    """Write a request beside what was handed in, or into this folder to be handed in.

    Raises:
        BadInput: an unknown assignment, no test's name, a note that is empty or too long, or no
            such folder.
    """
    source_path(name)  # a known one
    note = printable(note).strip()
    if not TEST_NAME.fullmatch(test):
        raise BadInput(
            f"--test {test!r}: name a test as your feedback does, like test_softmax_is_stable"
        )
    if not note or len(note) > MOST_CHARACTERS:
        raise BadInput(f"--note: 1 to {MOST_CHARACTERS} characters, and there are {len(note)}")
    if (to is None) != (student is None):
        raise BadInput("--student ID and --to DIR go together, as for dlcourse submit")
    if to is None or student is None:
        path = Path(file_name(name))
        write_atomically(path, _with(path, Request(test, note)))
        print(f"written    {path}")
        print("next       hand it in where your instructor takes regrade requests")
        return 0
    if not STUDENT.fullmatch(student):
        raise BadInput(f"--student {student!r}: your id, as dlcourse submit takes it")
    if not to.is_dir():
        raise BadInput(f"--to {to} is not a folder: name the one that your course hands in to")
    place = Place(to, student, name)
    place.make(place.folder)
    path = place.folder / file_name(name)
    place.write(path, _with(path, Request(test, note)).encode())
    print(f"received   a request of {student} on {test} of {name}")
    print(f"stored as  {path}")
    return 0


def _with(path: Path, request: Request) -> str:
    """What is in the file already, with ``request`` in place of one on the same test."""
    before = parse(path.read_bytes()) if path.is_file() else []
    requests = [*(other for other in before if other.test != request.test), request]
    if len(requests) > MOST_REQUESTS:
        raise BadInput(f"{path} holds {MOST_REQUESTS} requests already: that is the most")
    return text_of(requests)

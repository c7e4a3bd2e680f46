"""``regrade_NAME.json``: what a student asks to be looked at again. It is a stranger's text.

The file lies beside the work, or alone in a folder of its own; a platform may have put ``-1`` or
``(1)`` behind its name. What is no request in it is passed over, and what is long is cut.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from graders.engine.hand_ins import HandIn, is_zip
from graders.engine.listing import in_folder
from graders.engine.printable import shown
from graders.errors import Rejected

MOST_CHARACTERS = 1000  # of a note
MOST_REQUESTS = 50  # of one student on one assignment
MOST_BYTES = 1_000_000
MOST_FILES = 10  # of several, the newest
TEST_NAME = re.compile(r"test_\w{1,100}")


@dataclass(frozen=True)
class Request:
    """A test, and why its outcome is thought to be wrong."""

    test: str
    note: str

    def key(self, student: str) -> str:
        """Names this request; another note on the same test is another request."""
        content = json.dumps([student, self.test, self.note]).encode()
        return hashlib.sha256(content).hexdigest()[:16]


def file_name(assignment: str) -> str:
    return f"regrade_{assignment}.json"


def is_request(file: str, assignment: str) -> bool:
    """Whether a file is called as one, perhaps by a platform."""
    called = rf"regrade_{re.escape(assignment)}(-\d+| ?\(\d+\))?\.json"
    return re.fullmatch(called, file) is not None


def requests_of(hand_in: HandIn, assignment: str) -> list[Request]:
    """A student's requests on an assignment; of several on one test, the last."""
    if is_zip(hand_in.path):
        return []
    try:
        files = [file for file in in_folder(hand_in.path) if is_request(file.path.name, assignment)]
    except OSError:
        return []
    found: dict[str, Request] = {}
    files.sort(key=lambda file: (file.modified, str(file.path)))
    for file in files[-MOST_FILES:]:
        try:
            found |= {request.test: request for request in parse(file.read())}
        except Rejected:
            continue
    return list(found.values())[:MOST_REQUESTS]


def parse(content: bytes) -> list[Request]:
    """The requests in a file, whatever else may be in it."""
    try:
        record: Any = json.loads(content) if len(content) <= MOST_BYTES else None
    except (ValueError, RecursionError):
        return []
    items = record.get("requests") if isinstance(record, dict) else None
    return [
        Request(item["test"], shown(item["note"], MOST_CHARACTERS))
        for item in (items if isinstance(items, list) else [])[:MOST_REQUESTS]
        if isinstance(item, dict)
        and isinstance(item.get("test"), str)
        and TEST_NAME.fullmatch(item["test"])
        and isinstance(item.get("note"), str)
    ]


def text_of(requests: Iterable[Request]) -> str:
    """The file that holds them."""
    return json.dumps({"requests": [asdict(request) for request in requests]}, indent=1) + "\n"

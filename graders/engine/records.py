"""Finished work, kept as it comes: one line a graded submission, in ``records.jsonl``.

Appending a line is all that happens between two submissions, so a kill at any moment loses at
most the line being written, and a torn last line is passed over when reading.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from graders.engine.results import SubmissionResult, submission_from_dict
from graders.engine.writing import remove_unfinished
from graders.errors import BadInput


class Records:
    """The finished submissions of one output folder, by key.

    Args:
        kept: whether what is added goes into the file.
    """

    def __init__(self, path: Path, *, kept: bool = True) -> None:
        self.path = path
        self.finished: dict[str, SubmissionResult] = {}
        line = b"\n"
        for line in _lines(path):
            try:
                record = json.loads(line)
            except ValueError:
                continue  # torn by a kill, and perhaps followed by a later run's lines
            self.finished[record["key"]] = submission_from_dict(record["result"])
        self._file = path.open("a", encoding="utf-8") if kept else None
        if self._file and not line.endswith(b"\n"):
            self._file.write("\n")

    def add(self, key: str, result: SubmissionResult) -> None:
        if self._file:
            self._file.write(json.dumps({"key": key, "result": result.to_dict()}) + "\n")
            self._file.flush()
        self.finished[key] = result


def _lines(path: Path) -> Iterator[bytes]:
    """One at a time: those of a large class are a hundred megabytes."""
    if path.exists():
        with path.open("rb") as file:
            yield from file


@contextmanager
def only_grader(out: Path, command: str = "grade") -> Iterator[None]:
    """Hold the output folder, which is made if need be: two runs never write into it at once.

    What a killed run left unfinished there is removed.

    Args:
        command: of ``dlcourse`` that writes into it.

    Raises:
        BadInput: another run holds it, or it is a file.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise BadInput(f"{out} is a file: --out names a folder") from None
    with (out / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BadInput(
                f"{out} is being written by another dlcourse {command}: wait for it"
            ) from None
        remove_unfinished(out)
        yield

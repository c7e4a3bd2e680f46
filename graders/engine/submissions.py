"""Reading what a student handed in. Their files are data: nothing here runs them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from graders.engine.candidates import Candidate, choose, kind
from graders.engine.cells import Code, from_notebook, from_script
from graders.engine.hand_ins import HandIn, is_zip
from graders.engine.pieces import Piece, of_notebook, of_script
from graders.engine.results import NO_RECEIPT, Receipt
from graders.engine.timestamps import handed_in
from graders.errors import Rejected


@dataclass(frozen=True)
class SubmittedFile:
    """A student's work as it was handed in; ``file`` is NAME.py or NAME.ipynb, whatever it was."""

    file: str
    content: bytes
    receipt: Receipt = NO_RECEIPT

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.file.encode() + b"\0" + self.content).hexdigest()

    @property
    def submitted_at(self) -> str:
        return self.receipt.submitted_at

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


def read(hand_in: HandIn, name: str) -> SubmittedFile | None:
    """The student's work on assignment ``name``, or None where there is none.

    Raises:
        Rejected: what is there cannot be taken; the text tells the student why.
    """
    try:
        choice = choose(hand_in, name)
    except OSError as error:
        raise Rejected(f"the submission cannot be read: {error.strerror}") from None
    if choice is None:
        return None
    candidate = choice.candidate
    when = handed_in(_stamp(hand_in, candidate, name), candidate.modified)
    return SubmittedFile(
        f"{name}{kind(candidate.file.path.name)}",
        candidate.content,
        Receipt(
            file=candidate.shown,
            submitted_at=when.moment.isoformat(),
            submitted_at_source=when.source,
            remark="; ".join(filter(None, (choice.remark, when.problem))),
        ),
    )


def _stamp(hand_in: HandIn, candidate: Candidate, name: str) -> Path | None:
    """Where a platform writes ``timestamp.txt``: nbgrader's folder, and never a student's own."""
    in_nbgraders = not is_zip(hand_in.path) and candidate.path.parts[:-1][:1] == (name,)
    return hand_in.path / name / "timestamp.txt" if in_nbgraders else None

"""``dlcourse similarity``: which submissions look alike more than their assignment explains.

What the released stub holds is discounted and not shown, and a passage counts the less the more of
the class have it: everyone subtracts the row's maximum in a softmax. What stands out is told from
how alike the others of the class are. Where an assignment asks for networks,
the course's own models, which every student has, are compared like one more submission each. The
figures are a reason to read two sources side by side, which the report makes easy, and never a
verdict.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from graders.engine.bars import with_bar
from graders.engine.catalogue import source_path, uses_torch
from graders.engine.hand_ins import find
from graders.engine.printable import printable
from graders.engine.submissions import read as read_submission
from graders.engine.writing import write_atomically
from graders.errors import BadInput, Rejected
from graders.installation import ROOT
from graders.nbgrader.gradebook_cells import released
from graders.reports.alike import MOST_PAIRS, Pair, similar_pairs
from graders.reports.own_code import Stub, Submission, prepare
from graders.reports.pages import render
from graders.reports.summary import warn

LEAST_MARKED = 4  # fingerprints in a row; fewer are idioms that anyone writes


@dataclass(frozen=True)
class Line:
    """A line of the side-by-side view."""

    text: str
    matches: bool


def similarity(name: str, folder: Path, to: Path) -> int:
    """Write the report on assignment ``name`` to ``to`` and return the exit status.

    Raises:
        BadInput: no such assignment or folder, or ``to`` cannot be a file.
    """
    if to.is_dir():
        raise BadInput(f"{to} is a folder: name a file for --out")
    stub = Stub.of([c.source for c in released(source_path(name)).cells if c.cell_type == "code"])
    found = find(folder)
    read, skipped = [], []
    for student in with_bar(found, "reading", len(found)):
        try:
            work = read_submission(student, name)
            if work is None:
                skipped.append((student.student, "nothing handed in"))
            else:
                sources = [piece.source for piece in work.pieces() if piece.kind == "code"]
                read.append(prepare(student.student, sources, stub))
        except Rejected as error:
            skipped.append((student.student, str(error)))
    pairs = similar_pairs(read, models(stub) if uses_torch(name) else [])
    write_atomically(to, page(name, len(read), pairs, skipped))
    to_look_at = f"{len(pairs)} {'pair' if len(pairs) == 1 else 'pairs'} to look at"
    print(f"{name}: {len(read)} compared, {to_look_at}: {to}")
    for student_name, why in skipped:
        warn(f"{student_name} was not compared: {why}")
    return 0


def models(stub: Stub) -> list[Submission]:
    """The course's own models, a file each."""
    folder = ROOT / "lightning_modules" / "models"
    return [
        prepare(f"the course's {path.name}", [path.read_text(encoding="utf-8")], stub)
        for path in sorted(folder.glob("*.py"))
    ]


def side_by_side(pair: Pair) -> tuple[list[Line], list[Line]]:
    """Return each side's lines, those within a shared passage marked."""
    return _marked(pair.left, pair.shared), _marked(pair.right, pair.shared)


def _marked(side: Submission, shared: frozenset[int]) -> list[Line]:
    marked: set[int] = set()
    runs = groupby(side.fingerprints, key=lambda print_: print_.hash in shared)
    for is_shared, run in runs:
        passage = list(run)
        if is_shared and len(passage) >= LEAST_MARKED:
            marked.update(range(passage[0].first_line, passage[-1].last_line + 1))
    return [Line(text, i in marked and bool(text.strip())) for i, text in enumerate(side.lines)]


def page(name: str, number: int, pairs: list[Pair], skipped: list[tuple[str, str]]) -> str:
    """Return the report as HTML."""
    return render(
        "similarity.html.j2",
        assignment=name,
        number=number,
        pairs=[(pair, *side_by_side(pair)) for pair in pairs],
        skipped=[(printable(student), printable(why)) for student, why in skipped],
        most=MOST_PAIRS,
    )

"""``dlcourse similarity``: which submissions look alike more than their assignment explains.

What the released stub holds is discounted, and a passage counts the less the more of the class
have it: everyone subtracts the row's maximum in a softmax. Where an assignment asks for networks,
the course's own models, which every student has, are compared like one more submission each. The
figures are a reason to read two sources side by side, which the report makes easy, and never a
verdict.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track

from graders.engine.catalogue import source_path, uses_torch
from graders.engine.hand_ins import find
from graders.engine.printable import printable
from graders.engine.results import write_atomically
from graders.engine.submissions import read as read_submission
from graders.errors import BadInput, Rejected
from graders.installation import ROOT
from graders.nbgrader.gradebook_cells import released
from graders.reports.fingerprints import Fingerprint, fingerprints, tokens
from graders.reports.pages import render

MOST_PAIRS = 50  # in the report
LEAST_SIMILAR = 0.1  # of everything; independent answers stay below 0.07 on the softmax assignment
LEAST_PASSAGE = 10  # fingerprints in a row, about 6 lines; independent answers stay below 8
LEAST_MARKED = 4  # fingerprints in a row; fewer are idioms that anyone writes
MOST_CANDIDATES = 3000  # pairs whose passages are compared
BLOCK = 2048  # fingerprints compared at a time, which bounds the memory


@dataclass(frozen=True)
class Stub:
    """What everyone was given, which is nobody's own."""

    cells: frozenset[str]
    hashes: frozenset[int]

    @classmethod
    def of(cls, sources: list[str]) -> Stub:
        return cls(
            frozenset({""} | {_essence(source) for source in sources}),
            frozenset(p.hash for source in sources for p in fingerprints(tokens(source))),
        )


@dataclass(frozen=True)
class Submission:
    """One student's own code: cells that differ from every released one, and fingerprints."""

    student: str
    lines: tuple[str, ...]
    fingerprints: tuple[Fingerprint, ...]


@dataclass(frozen=True)
class Pair:
    """Two submissions that look alike.

    ``similarity`` in [0, 1] weighs what they share by its rarity; ``passage`` is the longest
    shared one, in lines of the left; ``shared`` are the hashes that both have; ``identical`` says
    that the students' own code is the same to the byte.
    """

    left: Submission
    right: Submission
    similarity: float
    passage: int
    shared: frozenset[int]
    identical: bool


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
    for student in track(found, "reading", console=Console(stderr=True), transient=True):
        try:
            work = read_submission(student, name)
            if work is None:
                skipped.append((student.student, "nothing handed in"))
            else:
                sources = [cell.source for cell in work.code().cells]
                read.append(prepare(student.student, sources, stub))
        except Rejected as error:
            skipped.append((student.student, str(error)))
    pairs = similar_pairs(read, models(stub) if uses_torch(name) else [])
    write_atomically(to, page(name, len(read), pairs, skipped))
    to_look_at = f"{len(pairs)} {'pair' if len(pairs) == 1 else 'pairs'} to look at"
    print(f"{name}: {len(read)} compared, {to_look_at}: {to}")
    for student_name, why in skipped:
        print(f"dlcourse: {student_name} was not compared: {why}", file=sys.stderr)
    return 0


def prepare(student: str, sources: list[str], stub: Stub) -> Submission:
    """Take what is a student's own out of their cells: no released cell, no empty one."""
    own = [source.strip("\n") for source in sources if _essence(source) not in stub.cells]
    text = printable("\n\n".join(own))
    found = [p for p in fingerprints(tokens(text)) if p.hash not in stub.hashes]
    return Submission(student, tuple(text.split("\n")), tuple(found))


def models(stub: Stub) -> list[Submission]:
    """The course's own models, a file each."""
    folder = ROOT / "lightning_modules" / "models"
    return [
        prepare(f"the course's {path.name}", [path.read_text(encoding="utf-8")], stub)
        for path in sorted(folder.glob("*.py"))
    ]


def _essence(source: str) -> str:
    return " ".join(token.text for token in tokens(source))


def similar_pairs(
    students: list[Submission], given: Sequence[Submission] = (), most: int = MOST_PAIRS
) -> list[Pair]:
    """Return the pairs worth looking at, the most alike first.

    Args:
        students: whose work is compared, each with each.
        given: what they are compared with as well, though not with each other.
        most: pairs to return.

    Each submission is a vector of its fingerprints; one that ``df`` of ``n`` submissions have
    weighs ``log((n + 1) / df)``, next to nothing where everyone has it. A pair is worth a look
    for the cosine between its vectors, or for one long passage in a longer work of their own.
    Time is quadratic in submissions, as matrix products.
    """
    read = [*students, *given]
    number = len(read)
    if number < 2:
        return []
    hashes = [frozenset(p.hash for p in submission.fingerprints) for submission in read]
    frequency = Counter(hash_ for own in hashes for hash_ in own)
    rarest = float(np.log((number + 1) / 2)) ** 2  # of what two have and nobody else
    weight = {h: float(np.log((number + 1) / df)) ** 2 / rarest for h, df in frequency.items()}
    total = np.array([sum(weight[hash_] for hash_ in own) for own in hashes])  # (n,)
    shared = _shared_weight(hashes, weight, [h for h, df in frequency.items() if df > 1])  # (n, n)
    norm = np.sqrt(np.outer(total, total))
    alike = np.divide(shared, norm, out=np.zeros_like(shared), where=norm > 0)  # (n, n)
    # a passage of that weight needs that much in common
    left, right = np.nonzero(np.triu(shared >= LEAST_PASSAGE, k=1)[: len(students)])
    order = np.lexsort((right, left, -alike[left, right]))[:MOST_CANDIDATES]
    pairs = []
    for i, j in zip(left[order], right[order], strict=True):
        passage, lines = longest_passage(read[i], read[j], weight)
        if alike[i, j] >= LEAST_SIMILAR or passage >= LEAST_PASSAGE:
            alike_ij = float(min(alike[i, j], 1.0))
            same = read[i].lines == read[j].lines
            pairs.append(Pair(read[i], read[j], alike_ij, lines, hashes[i] & hashes[j], same))
        if len(pairs) == most:
            break
    return pairs


def longest_passage(
    left: Submission, right: Submission, weight: dict[int, float]
) -> tuple[float, int]:
    """Return the heaviest run of fingerprints that follow each other in both, and its lines."""
    where: dict[int, list[int]] = {}
    for j, print_ in enumerate(right.fingerprints):
        where.setdefault(print_.hash, []).append(j)
    best = (0.0, 0)
    ending: dict[int, tuple[float, int]] = {}  # where in right -> weight, first line in left
    for print_ in left.fingerprints:
        new = (0.0, print_.first_line)
        ending = {
            j: (before + weight[print_.hash], first)
            for j in where.get(print_.hash, ())
            for before, first in [ending.get(j - 1, new)]
        }
        for total, first in ending.values():
            best = max(best, (total, print_.last_line - first + 1))
    return best


def _shared_weight(
    hashes: list[frozenset[int]], weight: dict[int, float], common: list[int]
) -> np.ndarray:
    """Return (n, n): the summed weight of what each two submissions share."""
    column = {hash_: i for i, hash_ in enumerate(sorted(common))}
    rows = [np.array([column[h] for h in own if h in column], dtype=np.int64) for own in hashes]
    weights = np.array([weight[hash_] for hash_ in column], dtype=np.float32)
    shared = np.zeros((len(hashes), len(hashes)), dtype=np.float64)
    for start in range(0, len(column), BLOCK):
        has = np.zeros((len(hashes), min(BLOCK, len(column) - start)), dtype=np.float32)
        for row, columns in enumerate(rows):
            inside = columns[(columns >= start) & (columns < start + has.shape[1])]
            has[row, inside - start] = 1.0
        shared += (has * weights[start : start + has.shape[1]]) @ has.T  # (n, n)
    return shared


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
    return [Line(text, i in marked) for i, text in enumerate(side.lines)]


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

"""Which pairs of a class are alike, and which of them more than is usual in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graders.reports.own_code import Submission

MOST_PAIRS = 50  # in the report
LEAST_SIMILAR = 0.1  # of everything; independent answers stay below 0.07 on the softmax assignment
LEAST_PASSAGE = 10  # fingerprints in a row, about 6 lines; independent answers stay below 8
# What stands out, in units of what is usual: tests/benchmarks/similarity.py shows what these find.
UNUSUAL = 1.8  # similarity
LONG = 2.5  # passage
SURELY = 0.6  # similar, whatever is usual: where many have copied, copying is
MOST_CANDIDATES = 3000  # pairs whose passages are compared
BLOCK = 2048  # fingerprints compared at a time, which bounds the memory


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
    for the cosine between its vectors, or for one long passage in a longer work of their own, if
    that is unusual: half of the class have somebody with whom they share what is usual.
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
    candidates = list(zip(left[order], right[order], strict=True))
    passages = [longest_passage(read[i], read[j], weight) for i, j in candidates]
    similar = min(SURELY, UNUSUAL * _usual(candidates, alike[left, right][order], number))
    long = LONG * _usual(candidates, [passage for passage, _ in passages], number)
    return [
        Pair(
            *(read[i], read[j], float(min(alike[i, j], 1.0)), lines),
            shared=hashes[i] & hashes[j],
            identical=read[i].lines == read[j].lines,
        )
        for (i, j), (passage, lines) in zip(candidates, passages, strict=True)
        if alike[i, j] >= max(LEAST_SIMILAR, similar) or passage >= max(LEAST_PASSAGE, long)
    ][:most]


def _usual(pairs: list[tuple[int, int]], values: Sequence[float], number: int) -> float:
    """The largest of ``values`` that a student has with anybody, in the middle of ``number``."""
    largest = np.zeros(number)
    for pair, value in zip(pairs, values, strict=True):
        largest[list(pair)] = np.maximum(largest[list(pair)], value)
    return float(np.median(largest))


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

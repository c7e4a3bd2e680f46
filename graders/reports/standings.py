"""Ranking entries on two halves of the held-out labels.

The public half is for everybody to see while the project runs; who hands in often enough fits it.
The private half decides. A student's entry that counts is the one that looked best in public, the
earliest of equals: to choose by the private half would be to fit that as well.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Half = Literal["public", "private"]
HALVES: tuple[Half, Half] = ("public", "private")


@dataclass(frozen=True)
class HeldOut:
    """The true labels, id -> label, and which half each id is in."""

    labels: Mapping[int, int]
    halves: Mapping[int, Half]

    def count(self, half: Half) -> int:
        return sum(which == half for which in self.halves.values())


@dataclass(frozen=True)
class Entry:
    """One file that a student handed in: scored, or with the reason why it could not be."""

    file: str
    moment: datetime
    scores: Mapping[Half, float] | None = None
    problem: str = ""


@dataclass(frozen=True)
class Place:
    """One student's place by one half."""

    student: str
    rank: int
    """1 for the best; equal scores share a rank, and the next rank is as much lower."""
    percentile: float
    """Per cent of the other students who score lower, equal ones counted half."""
    score: float
    entry: Entry
    entries: tuple[Entry, ...]
    """All of the student's, in the order of their moments."""


def accuracy(predictions: Mapping[int, int], held_out: HeldOut) -> dict[Half, float]:
    """Share of right labels in each half, from 0 to 1."""
    right: dict[Half, int] = dict.fromkeys(HALVES, 0)
    for number, label in held_out.labels.items():
        right[held_out.halves[number]] += predictions[number] == label
    return {half: right[half] / held_out.count(half) for half in HALVES}


def margin_of_error(score: float, count: int) -> float:
    """Half of the 95 % interval of an accuracy on ``count`` images (normal approximation)."""
    return 1.96 * math.sqrt(score * (1 - score) / count)


def counting_entry(entries: Sequence[Entry]) -> Entry | None:
    """The scored entry that is best in public, the earliest of equals; None without one."""
    best: Entry | None = None
    highest = -1.0
    for entry in sorted(entries, key=lambda entry: entry.moment):
        if entry.scores is not None and entry.scores["public"] > highest:
            best, highest = entry, entry.scores["public"]
    return best


def standings(students: Mapping[str, Sequence[Entry]], half: Half) -> list[Place]:
    """Everyone with a scored entry, best first; ties in the order in which they handed in."""
    counting: dict[str, Entry] = {}
    scores: dict[str, float] = {}
    for student, entries in students.items():
        entry = counting_entry(entries)
        if entry is not None and entry.scores is not None:
            counting[student], scores[student] = entry, entry.scores[half]
    order = sorted(counting, key=lambda s: (-scores[s], counting[s].moment, s))
    return [
        Place(
            student=student,
            rank=1 + sum(other > scores[student] for other in scores.values()),
            percentile=percentile(scores[student], list(scores.values())),
            score=scores[student],
            entry=counting[student],
            entries=tuple(sorted(students[student], key=lambda entry: entry.moment)),
        )
        for student in order
    ]


def percentile(score: float, scores: Sequence[float]) -> float:
    """Per cent of the other ``scores`` below ``score``, equal ones counted half; 100 if alone."""
    if len(scores) == 1:
        return 100.0
    below = sum(other < score for other in scores)
    equal = sum(other == score for other in scores) - 1  # not oneself
    return 100 * (below + equal / 2) / (len(scores) - 1)

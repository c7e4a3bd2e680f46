"""The class of a course: who is in it, and everybody's total over its assignments."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from graders.engine.hand_ins import look_alikes
from graders.errors import BadInput
from graders.platforms.roster import Roster, folded
from graders.reports.course_records import AssignmentRecord, Outcome

LeftOut = Callable[[str, Mapping[str, float]], Mapping[str, str]]
"""``(student, assignment -> share of its points) -> assignment -> why it does not count``."""


def nothing_left_out(student: str, shares: Mapping[str, float]) -> dict[str, str]:
    """Every assignment counts."""
    return {}


@dataclass(frozen=True)
class Person:
    """A student; ``id`` is what their folder is called, ``name`` what they are."""

    id: str
    name: str = ""
    section: str = ""
    in_roster: bool = True

    @property
    def label(self) -> str:
        return self.name or self.id


@dataclass(frozen=True)
class Total:
    """Points over all assignments; ``score`` is ``None`` while one of them is not final."""

    score: float | None
    so_far: float
    max_score: float
    late_penalty: float = 0.0
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Assignment -> why it does not count."""

    @property
    def share(self) -> float:
        """In [0, 1] of what there was to get, or above where there was something on top."""
        return self.so_far / self.max_score if self.max_score else 0.0


@dataclass(frozen=True)
class Row:
    """One student's course: assignment -> outcome, where something is on record."""

    person: Person
    outcomes: Mapping[str, Outcome]
    total: Total

    @property
    def is_absent(self) -> bool:
        """Whether nothing of this student was ever graded."""
        return not any(item.counts or item.score is None for item in self.outcomes.values())


def course_rows(
    records: Sequence[AssignmentRecord],
    roster: Roster | None = None,
    left_out: LeftOut = nothing_left_out,
) -> list[Row]:
    """Everybody who is in the roster or has a line in an assignment, by name.

    Args:
        left_out: asked for each student which assignments the total leaves out.

    Raises:
        BadInput: an assignment has two lines of whom the roster says that they are one person.
    """
    outcomes: dict[str, dict[str, Outcome]] = {}
    people: dict[str, Person] = {}
    if roster is not None:
        for known in roster.students:
            people[known.id] = Person(known.id, known.name, known.section)
    maxima = {record.name: record.max_score for record in records}
    for record in records:
        called: dict[str, str] = {}
        for student, outcome in record.outcomes.items():
            key = person_id(student, roster)
            if key in called:
                raise BadInput(
                    f"{record.folder / 'results.json'}: {called[key]} and {student} are one person "
                    "by the roster: take one of their folders away and grade again"
                )
            called[key] = student
            person = people.get(key) or Person(key, in_roster=roster is None)
            if not person.name and student in record.names:
                person = replace(person, name=record.names[student])
            people[key] = person
            outcomes.setdefault(key, {})[record.name] = outcome
    rows = []
    for key, person in people.items():
        own = outcomes.get(key, {})
        out = left_out(key, _shares(own, maxima))
        rows.append(Row(person, own, course_total(own, maxima, out)))
    return sorted(rows, key=lambda row: (row.person.label.casefold(), row.person.id))


def course_total(
    outcomes: Mapping[str, Outcome],
    maxima: Mapping[str, float],
    left_out: Mapping[str, str],
) -> Total:
    """Add up the assignments that count; where nothing was handed in, there are no points.

    Args:
        outcomes: of one student; scores in them have lost already what late work loses.
        maxima: assignment -> its points.
        left_out: the assignments that do not count for this student, and why.
    """
    counting = {name: own for name, own in outcomes.items() if name not in left_out}
    scores = [own.score for own in counting.values()]
    so_far = sum(score for score in scores if score is not None)
    return Total(
        score=None if None in scores else so_far,
        so_far=so_far,
        max_score=sum(most for name, most in maxima.items() if name not in left_out),
        late_penalty=sum(own.late_penalty for own in counting.values()),
        left_out=left_out,
    )


def _shares(outcomes: Mapping[str, Outcome], maxima: Mapping[str, float]) -> dict[str, float]:
    """Assignment -> the part of its points that the student has; what is open is never lowest."""
    shares = dict.fromkeys(maxima, 0.0)
    for name, own in outcomes.items():
        if own.score is None:
            shares[name] = math.inf
        elif maxima[name]:
            shares[name] = own.score / maxima[name]
    return shares


def person_id(student: str, roster: Roster | None) -> str:
    """The id of the one person of the roster who is called so, else the student's own."""
    found = {known.id for known in roster.by_any.get(folded(student), [])} if roster else set()
    return found.pop() if len(found) == 1 and student not in found else student


def alike(rows: Iterable[Row]) -> list[Row]:
    """Those whose ids are nearly another's: perhaps one person, who was called in two ways."""
    by_id = {row.person.id: row for row in rows}
    return [by_id[student] for group in look_alikes(by_id) for student in group]


def without_names(rows: Iterable[Row]) -> list[Row]:
    """The same rows, called by their place alone, which says nothing of who it is.

    Numbers follow the scores that are shown anyway, never an id or a name, so that nothing, and
    no secret either, leads from one back to the other.
    """
    names = sorted({name for row in rows for name in row.outcomes})

    def key(row: Row) -> tuple[object, ...]:
        scores = [row.outcomes[name].score if name in row.outcomes else None for name in names]
        total = row.total
        return (
            total.score is None,
            -total.share,
            *(-1.0 if score is None else score for score in scores),
            *(row.outcomes[name].status if name in row.outcomes else "" for name in names),
            *(total.left_out.get(name, "") for name in names),
        )

    ordered = sorted(rows, key=key)
    width = len(str(len(ordered)))
    return [
        Row(Person(f"student {place:0{width}d}"), row.outcomes, row.total)
        for place, row in enumerate(ordered, 1)
    ]

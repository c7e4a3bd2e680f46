"""When work is due: for everyone, and later for those who have an extension."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from graders.platforms.handed import Handed
from graders.platforms.matching import match, strangers
from graders.platforms.roster import Roster


@dataclass(frozen=True)
class Deadlines:
    """``due`` is everyone's, if there is one; ``extensions`` are students' own, by their ids."""

    due: datetime | None
    extensions: Mapping[str, datetime | None]

    def of(self, student: str) -> datetime | None:
        own = self.extensions.get(student)
        return max(self.due, own) if self.due and own else self.due

    def by_origin(self, handed: list[Handed], roster: Roster | None) -> dict[str, datetime | None]:
        """Of each hand-in, by its ``origin``; a group's is due when its last member's is."""
        found: dict[str, datetime | None] = {}
        for student, items in match(handed, roster or strangers(handed)).of.items():
            due = self.of(student.id)
            for item in items:
                before = found.get(item.origin)
                found[item.origin] = max(before, due) if before and due else due
        return found

"""Whose each hand-in is: by the platform's ids, then by names, and never by a guess between two."""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from graders.platforms.handed import Handed, Who
from graders.platforms.roster import Roster, Student, folded, names, names_a_folder


@dataclass
class Matched:
    """Every student's hand-ins, the last one last, and those that are nobody's, with the reason."""

    of: dict[Student, list[Handed]] = field(default_factory=dict)
    nobodys: list[tuple[Handed, str]] = field(default_factory=list)


def match(handed: Iterable[Handed], roster: Roster) -> Matched:
    """Give each hand-in to its student, a group's to all of its members."""
    found: dict[Student, list[tuple[Handed, bool]]] = defaultdict(list)
    matched = Matched()
    for item in handed:
        students, by = _whose(item.who, roster)
        if not students:
            matched.nobodys.append((item, "not in the roster"))
        elif len(students) > 1 and by != "group":
            called = ", ".join(student.id for student in students)
            matched.nobodys.append((item, f"may be any of {called}: the roster has no id for it"))
        else:
            for student in students:
                found[student].append((item, by != "name"))
    for student, items in found.items():
        matched.of[student] = _of_one_person(items, matched)
    for student in [student for student, items in matched.of.items() if not items]:
        del matched.of[student]
    return matched


def strangers(handed: Iterable[Handed]) -> Roster:
    """Who handed something in, where there is no roster: called by the platform's own ids."""
    found = {}
    for item in handed:
        keys = item.who.keys or (("any", item.who.label),)
        called = keys[0][1]
        if not names_a_folder(called):
            called = f"student {hashlib.sha256(os.fsencode(called)).hexdigest()[:12]}"
        found[called] = Student(called, item.who.name, keys)
    return Roster(found.values(), complete=False)


def _whose(who: Who, roster: Roster) -> tuple[list[Student], Literal["id", "name", "group"]]:
    """Who it may be, and what says so."""
    ways = names(who.name)
    for kind, key in who.keys:
        if kind == "github":
            students, by = _of_clone(key, roster)
            if students:
                return students, by
        else:
            index = roster.by_any if kind == "any" else {}
            students = index.get(folded(key)) or roster.by_key.get((kind, folded(key)), [])
            # Canvas calls a group's hand-in by the group's name and one member's id
            group = [s for s in students if ways & names(s.group)]
            if students and not group:
                return students, "id"
    for way in ways:
        if members := roster.by_group.get(way):
            return members, "group"
    found = {s.id: s for way in ways for s in roster.by_name.get(way, [])}
    return list(found.values()), "name"


def _of_clone(folder: str, roster: Roster) -> tuple[list[Student], Literal["id", "group"]]:
    """Whose clone it is: ``softmax-ada-l`` ends in the longest of names that it can end in."""
    parts = folded(folder).split("-")
    for start in range(len(parts)):
        name = "-".join(parts[start:])
        if students := roster.by_key.get(("github", name)):
            return students, "id"
        for way in names(name):
            if members := roster.by_group.get(way):
                return members, "group"
    return [], "id"


def _of_one_person(items: list[tuple[Handed, bool]], matched: Matched) -> list[Handed]:
    """One student's attempts: of several people whom the platform knows by one name, none."""
    if len({item.who for item, _ in items}) > 1:
        why = "several in the download are called so, and the roster has no id that tells which"
        matched.nobodys += [(item, why) for item, sure in items if not sure]
        items = [(item, sure) for item, sure in items if sure]
    return sorted((item for item, _ in items), key=lambda item: item.order)

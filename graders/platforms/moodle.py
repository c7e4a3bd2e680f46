"""Moodle: Assignment > Download all submissions, a zip with a folder for each student.

A folder is ``FULL NAME_PARTICIPANT_assignsubmission_file_``, ``_onlinetext_`` for what was typed;
Moodle 4.1 and newer leave out the last underscore. With "Download submissions in folders" switched
off, it is the beginning of each file's name. Moodle names them so in
https://github.com/moodle/moodle, mod/assign/classes/downloader.php. When something was handed in
stands in the grading worksheet alone, whose identifiers are the same participants' numbers.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePosixPath

from graders.engine.listing import File
from graders.platforms.handed import Handed, Who

_FOLDER = re.compile(r"([^_]+)_(?:(\d+)_)?assignsubmission_([a-z]+)(?:_(.*))?", re.DOTALL)


def is_folder(name: str) -> bool:
    """Whether Moodle calls a student's folder, or the beginning of a file, so."""
    return _FOLDER.fullmatch(name) is not None


def hand_ins(files: Iterable[File]) -> list[Handed]:
    """Everybody's files and texts."""
    found: dict[tuple[str, str], list[tuple[str, File]]] = defaultdict(list)
    for file in files:
        for depth, part in enumerate(file.path.parts[:2]):
            if folder := _FOLDER.fullmatch(part):
                rest = PurePosixPath(folder[4] or "", *file.path.parts[depth + 1 :])
                mine = found[folder[1], folder[2] or ""]
                mine.append((part.removesuffix(folder[4] or ""), replace(file, path=rest)))
                break
    return [_of_one(name, number, mine) for (name, number), mine in found.items()]


def _of_one(name: str, number: str, mine: list[tuple[str, File]]) -> Handed:
    folder = next((folder for folder, _ in mine if "_file" in folder), mine[0][0])
    label = f"{name}_{number}" if number else name
    return Handed(
        Who(label, name, (("moodle", number),) if number else ()),
        tuple(file for _, file in mine if file.path.parts),
        origin=folder,
        back=f"{folder}/feedback.html" if number else "",
    )

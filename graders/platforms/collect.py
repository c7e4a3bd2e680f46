"""``dlcourse collect``: a platform's download in, a folder of submissions out."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from graders.engine.allowances import read_allowances
from graders.engine.candidates import is_exact, is_nearly
from graders.engine.catalogue import assignment_names, source_path
from graders.engine.hand_ins import COLLECTED
from graders.engine.records import only_grader
from graders.engine.timestamps import read_time
from graders.errors import BadInput
from graders.platforms import canvas, exchange, folder, github, gradescope, moodle
from graders.platforms.deadlines import Deadlines
from graders.platforms.handed import Handed, files_of
from graders.platforms.matching import match, strangers
from graders.platforms.names import Platform
from graders.platforms.outcome import Outcome, report
from graders.platforms.recognise import recognised
from graders.platforms.roster import Roster, Student, read_roster
from graders.platforms.writing import clean_up, put


@dataclass(frozen=True)
class Options:
    """What the command line says; ``due`` and ``zone`` may be left out."""

    source: Path
    platform: Platform
    to: Path
    roster: Path | None = None
    assignment: str | None = None
    due: str | None = None
    timezone: str | None = None


def collect(options: Options) -> int:
    """Collect a download and return the exit status.

    Raises:
        BadInput: something that is named cannot be read, or nothing in the download is anybody's.
    """
    if options.assignment is not None:
        source_path(options.assignment)  # a known one
    if options.to.resolve().is_relative_to(options.source.resolve()):
        raise BadInput(f"--to {options.to} lies in {options.source}: name a folder beside it")
    zone = _zone(options.timezone)
    due = _due(options.due, zone)
    roster = read_roster(options.roster) if options.roster else None
    with _handed(options, roster, due) as (assignment, handed):
        if not handed:
            raise BadInput(_nothing(options))
        known = roster or strangers(handed)
        matched = match(handed, known)
        if not matched.of:
            raise BadInput(
                f"nobody in {options.source} is in {options.roster}: is it this class's?"
            )
        deadlines = _deadlines(due, assignment)
        with only_grader(options.to / COLLECTED, "collect"):
            outcomes = []
            for student, items in matched.of.items():
                item, problem = _timed(items[-1], student, options, zone)
                item = _remarked(item, items[:-1], deadlines.of(student.id), problem)
                files, remarks = put(item, student.id, assignment, options.to)
                outcomes.append(Outcome.of(item, student, files, remarks))
            clean_up(options.to)
            outcomes.sort(key=lambda outcome: outcome.student)
            outcomes += [
                Outcome(student.id, student.name, student.section, "missing")
                for student in known.students
                if known.complete and student not in matched.of
            ]
            outcomes += [Outcome.of_nobody(item, why) for item, why in matched.nobodys]
            report(outcomes, assignment, options.to)
    if roster is None:
        _warn(
            "no --roster: students are called by the platform's ids, and who is missing is unknown"
        )
    return 0


@contextmanager
def _handed(
    options: Options, roster: Roster | None, due: datetime | None
) -> Iterator[tuple[str, list[Handed]]]:
    """The assignment and everybody's hand-ins, to be read until the block ends."""
    if options.platform == "github":
        with github.hand_ins(options.source, lambda _: due) as found:
            works = map(github.without_course, found)
            name = options.assignment or _assignment(_names(works), options)
            dues = _deadlines(due, name).by_origin(found, roster)
        with github.hand_ins(options.source, lambda clone: dues.get(clone, due)) as found:
            yield name, [github.of_assignment(github.without_course(item), name) for item in found]
        return
    if options.platform == "nbgrader":
        found = exchange.hand_ins(options.source, options.assignment)
        if not found:
            raise BadInput(_nothing(options))
        yield options.assignment or _assignment(_names(found), options), found
        return
    with files_of(options.source) as files:
        match options.platform:
            case "canvas":
                users = roster.ids("canvas") if roster else set()
                found = canvas.hand_ins(files, users, assignment_names())
            case "moodle":
                found = moodle.hand_ins(files)
            case "gradescope":
                found = gradescope.hand_ins(files)
            case _:
                names = (file.path.name for file in files)
                assignment = options.assignment or _assignment(names, options)
                found = folder.hand_ins(files, assignment, dated=options.source.is_dir())
        if not found:
            raise BadInput(_nothing(options))
        yield options.assignment or _assignment(_names(found), options), found


def _names(handed: Iterable[Handed]) -> Iterator[str]:
    return (file.path.name for item in handed for file in item.files)


def _assignment(files: Iterable[str], options: Options) -> str:
    """The assignment whose name the files have.

    Raises:
        BadInput: there is none, or more than one.
    """
    known = assignment_names()
    listed = [name[:-4] + ".py" if name.lower().endswith(".zip") else name for name in files]
    for fits in (is_exact, is_nearly):
        counts = Counter(name for file in listed for name in known if fits(file, name))
        if len(counts) > 1:
            named = ", ".join(f"{name} ({count})" for name, count in sorted(counts.items()))
            raise BadInput(
                f"{options.source} holds files of {named}: say which with --assignment NAME"
            )
        if counts:
            return next(iter(counts))
    raise BadInput(
        f"no file in {options.source} is called after an assignment: name it with --assignment"
    )


def _nothing(options: Options) -> str:
    platform = recognised(options.source)
    instead = f": it looks like --from {platform}" if platform else ": is it the right download?"
    return f"{options.source} holds nothing that is called as {options.platform} calls it{instead}"


def _timed(
    item: Handed, student: Student, options: Options, zone: ZoneInfo | None
) -> tuple[Handed, str]:
    """The hand-in with the time that the roster has for it, and why it has none, if so."""
    text = student.submitted_at
    if item.known or not text.strip("- "):
        return item, ""
    try:
        moment = read_time(text.encode(), zone)
    except ValueError as error:
        no_zone = zone is None and _understood(text)
        return item, "its time has no zone: pass --timezone" if no_zone else str(error)
    name = options.roster.name if options.roster else ""
    return replace(item, moment=moment, source=name, known=True), ""


def _understood(text: str) -> bool:
    try:
        read_time(text.encode())
    except ValueError:
        return False
    return True


def _remarked(item: Handed, earlier: list[Handed], due: datetime | None, problem: str) -> Handed:
    """The hand-in that counts, with what there is to say of those before it and of its time."""
    remarks = list(item.remarks)
    if earlier:
        remarks.append(f"the last of {len(earlier) + 1}: before, "
                       f"{', '.join(other.origin for other in earlier)}")  # fmt: skip
    if problem:
        remarks.append(problem)
    if due and item.moment and item.moment > due:
        late = timedelta(seconds=int((item.moment - due).total_seconds()))
        remarks.append(f"late by {late}")
    return replace(item, remarks=tuple(remarks))


def _zone(name: str | None) -> ZoneInfo | None:
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # KeyError: the zone is not known
        raise BadInput(f"--timezone {name!r}: write one like Europe/Berlin or UTC") from None


def _due(text: str | None, zone: ZoneInfo | None) -> datetime | None:
    if text is None:
        return None
    try:
        return read_time(text.encode(), zone or UTC)
    except ValueError as error:
        raise BadInput(f"--due: {error}") from None


def _deadlines(due: datetime | None, assignment: str) -> Deadlines:
    return Deadlines(due, read_allowances().extensions(assignment))


def _warn(line: str) -> None:
    print(f"dlcourse: {line}", file=sys.stderr)

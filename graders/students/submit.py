"""``dlcourse submit``: a student's file, checked and stored where the instructor will grade it."""

from __future__ import annotations

import ast
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from graders.engine.catalogue import RANKED, source_path
from graders.engine.cells import Code
from graders.engine.files import read_file
from graders.engine.predictions import TEST_IDS, read_predictions
from graders.engine.results import grouped_by_task
from graders.engine.submissions import SubmittedFile
from graders.errors import BadInput, GraderBroke, Rejected
from graders.students.due_dates import due_date
from graders.students.fresh_process import run_checks
from graders.students.look_over import LookedOver, look_over, written
from graders.students.own_file import forms_of, own_file, read_code
from graders.students.store import Place, store

PREDICTIONS = "predictions.csv"
STUDENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}")
CHECK_SECONDS = 60.0  # for the public tests: the file is stored by then
TIME = "%Y-%m-%d %H:%M:%S UTC"


def submit(name: str, file: Path | None, student: str, to: Path, *, force: bool = False) -> int:
    """Store a submission of assignment ``name`` in ``to`` and print a receipt.

    Code lands in nbgrader's layout, ``STUDENT/NAME/NAME.py`` or ``.ipynb`` beside a
    ``timestamp.txt``; an earlier one of the same student is kept in ``STUDENT/NAME/earlier``.
    Predictions of the final project are entries: each is kept, in a folder of its own.

    Args:
        force: store what looks like a mistake without a question.

    Raises:
        BadInput: an unknown assignment, a name that no folder can have, an unreadable file, no
            such folder, or a file that looks like a mistake, and nobody to ask.
    """
    if name != RANKED:
        source_path(name)  # a known assignment
    if not STUDENT.fullmatch(student):
        raise BadInput(
            f"--student {student!r}: letters, digits and . _ @ + - only, 64 at most, "
            "beginning with a letter or digit"
        )
    if not to.is_dir():
        raise BadInput(f"--to {to} is not a folder: name the one that your course hands in to")
    now = datetime.now(UTC)
    if name == RANKED:
        path = file if file is not None else Path(PREDICTIONS)
        check_predictions(path)
        place = Place(to, student, f"{name}-{now:%Y%m%d-%H%M%S-%f}")
        _receipt(name, path, store(path, place, PREDICTIONS, now), place, now)
        return 0
    path = file if file is not None else own_file(name)
    place = Place(to, student, name)
    looked = look_over(name, path)
    doubts = [*looked.doubts, *_emptier(name, path, looked, place)]
    if doubts and not force:
        _ask(doubts)
    _receipt(name, path, store(path, place, f"{name}{path.suffix}", now), place, now)
    for note in (*doubts, *looked.notes):
        print(f"note       {note}")
    print(f"public     {_public_tests(name, path)}")
    return 0


def check_predictions(path: Path) -> None:
    """Read ``path`` as the ranking will.

    Raises:
        BadInput: it is not there, or a row is wrong; the message names the row and the mend.
    """
    if not path.exists():
        raise BadInput(f"{path} does not exist: name your {PREDICTIONS}, with id,label in row 1")
    try:
        read_predictions(read_file(path)[0], TEST_IDS)
    except Rejected as error:
        raise BadInput(f"{path}: {error}") from None


def _emptier(name: str, path: Path, looked: LookedOver, place: Place) -> list[str]:
    """A doubt, where a file in which nothing is written would take the place of some work."""
    earlier = {work: read_code(work) for work in place.earlier()}
    code = read_code(path)
    if not looked.empty and (written(name, code) or _is_broken(code)):
        return []
    for work, before in earlier.items():
        if looked.empty and before.cells:
            return [f"{path} is empty, and would take the place of {work}"]
        if done := written(name, before):
            return [
                f"{path} has none of the functions written, and would take the place of {work}, "
                f"which has {len(done)}"
            ]
    return []


def _is_broken(code: Code) -> bool:
    """Whether it is a script that is no Python: it says so itself, and may hold a lot of work."""
    try:
        ast.parse(code.whole)
    except SyntaxError:
        return True
    return False


def _ask(doubts: list[str]) -> None:
    """Whether it is to be handed in all the same.

    Raises:
        BadInput: it is not, or there is nobody to ask.
    """
    if not sys.stdin.isatty():
        raise BadInput(f"{'; '.join(doubts)}: --force hands it in all the same")
    for doubt in doubts:
        print(doubt)
    if input("Hand it in all the same? [y/N] ").strip().lower() not in ("y", "yes"):
        raise BadInput("nothing was handed in")


def _receipt(name: str, path: Path, stored: SubmittedFile, place: Place, now: datetime) -> None:
    print(f"received   {name} from {place.student}, {stored.submitted_at}")
    print(f"file       {path}{_other_form(path)}")
    print(f"stored as  {place.folder / stored.file}")
    print(f"sha256     {stored.sha256}")
    if place.kept is not None:
        print(f"earlier    kept as {place.kept}")
    if place.readable_by_others:
        print(
            "note       others on this machine can read it: the folder's group is not one of yours"
        )
    due = due_date(name, place.to)
    if due is not None:
        print(f"due        {due.astimezone(UTC):{TIME}}, {_until(due, now)}")


def _other_form(path: Path) -> str:
    """Which of the two forms of the work this is, where both are there."""
    others = [form for form in forms_of(path.with_suffix("")) if form.suffix != path.suffix]
    if not others:
        return ""
    newer = path.stat().st_mtime >= others[0].stat().st_mtime
    relation = "is older" if newer else "IS NEWER"
    return f"; {others[0].name} beside it {relation} and was not handed in"


def _until(due: datetime, now: datetime) -> str:
    minutes = round(abs(due - now).total_seconds() / 60)
    days, hours = divmod(minutes // 60, 24)
    span = f"{days} d {hours} h" if days else f"{hours} h {minutes % 60} min"
    return f"in {span}" if now <= due else f"which was {span} ago: LATE"


def _public_tests(name: str, path: Path) -> str:
    """How many of the public tests pass, and where the others are."""
    try:
        with Console(stderr=True).status("stored; now running the public tests"):
            progress = run_checks(name, path, seconds=CHECK_SECONDS, quiet=True)
    except (BadInput, GraderBroke) as error:
        return f"tests could not run: {error}"
    tasks = grouped_by_task(progress.all_results)
    passed = sum(result.passed for tests in tasks.values() for result in tests)
    count = sum(map(len, tasks.values()))
    wrong = [task for task, tests in tasks.items() if not all(test.passed for test in tests)]
    where = f"; not all of {', '.join(wrong)}" if wrong else ""
    return f"{passed} of {count} public tests pass{where}"

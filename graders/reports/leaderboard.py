"""``dlcourse leaderboard``: the final project's ranking, in the terminal and as two pages."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from graders.engine.catalogue import course_root
from graders.engine.files import modified, read_file
from graders.engine.hand_ins import student_name
from graders.engine.predictions import read_predictions
from graders.engine.timestamps import handed_in
from graders.engine.writing import write_atomically
from graders.errors import BadInput, Rejected
from graders.reports.standings import (
    Entry,
    Half,
    HeldOut,
    Place,
    accuracy,
    margin_of_error,
    standings,
)

PAGES: dict[Half, str] = {"public": "leaderboard.html", "private": "leaderboard_private.html"}
BASELINE = Path("course") / "13_final_project" / "baseline_predictions.csv"
LAYOUT = "STUDENT.csv, STUDENT/NAME.csv or STUDENT/ENTRY/NAME.csv"


def leaderboard(directory: Path, out: Path | None = None) -> int:
    """Rank every student's predictions; write a page for the class and one for the instructor.

    Args:
        directory: ``STUDENT.csv``, or ``STUDENT/`` with any number of ``.csv`` files at its top or
            one folder below. Each is an entry, of the time that ``STUDENT/ENTRY/timestamp.txt``
            tells, else of when the file was changed.
        out: folder for the pages; ``directory`` itself if left out.

    Returns:
        0: ranked. A file that cannot be read is listed with its reason and stops nobody else.

    Raises:
        BadInput: the folder holds no entry, or this copy of the course has no held-out labels.
    """
    held_out = read_held_out(course_root() / "graders" / "hidden" / "final_project" / "labels.csv")
    students = read_students(directory, held_out)
    if not students:
        raise BadInput(f"{directory} holds no predictions: expected {LAYOUT}")
    baseline = read_baseline(course_root() / BASELINE, held_out)
    out = directory if out is None else out
    for half, name in PAGES.items():
        write_atomically(out / name, page(students, held_out, baseline, half))
    show(students, held_out, baseline)
    print(f"for the class: {out / PAGES['public']}")
    print(f"with the private half, for the end: {out / PAGES['private']}")
    return 0


def read_held_out(path: Path) -> HeldOut:
    """The true labels.

    Raises:
        BadInput: they are not in this copy of the course, as in a student's.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    except FileNotFoundError:
        raise BadInput(
            f"{path} does not exist: only the instructor's copy of the course has held-out labels"
        ) from None
    return HeldOut(
        labels={int(row["id"]): int(row["label"]) for row in rows},
        halves={int(row["id"]): "public" if row["half"] == "public" else "private" for row in rows},
    )


def read_students(directory: Path, held_out: HeldOut) -> dict[str, list[Entry]]:
    """Every student's entries, scored or with the reason why not.

    Raises:
        BadInput: ``directory`` is not a folder.
    """
    if not directory.is_dir():
        raise BadInput(f"{directory} is not a folder of predictions: expected {LAYOUT}")
    students: dict[str, list[Entry]] = {}
    for path in sorted(directory.iterdir()):
        if path.name.startswith((".", "__")):
            continue
        name = path.stem if path.suffix == ".csv" and not path.is_dir() else path.name
        for file in entry_files(path):
            relative = file.relative_to(directory)
            # beside an entry in a folder of its own, as dlcourse submit makes them
            stamp = file.with_name("timestamp.txt") if len(relative.parts) == 3 else None
            entry = read_entry(file, student_name(str(relative)), held_out, stamp)
            students.setdefault(student_name(name), []).append(entry)
    return students


def entry_files(path: Path) -> Iterator[Path]:
    """The ``.csv`` files of one student, never through a link to a folder."""
    if path.suffix == ".csv" and not path.is_dir():
        yield path
    elif path.is_dir() and not path.is_symlink():
        for inner in sorted(path.iterdir()):
            if inner.suffix == ".csv":
                yield inner
            elif inner.is_dir() and not inner.is_symlink():
                yield from sorted(inner.glob("*.csv"))


def read_entry(file: Path, name: str, held_out: HeldOut, stamp: Path | None) -> Entry:
    """One file's scores, or why it has none; ``stamp`` is the platform's ``timestamp.txt``."""
    moment = modified(file)
    try:
        content, moment = read_file(file)
        moment = handed_in(stamp, moment).moment
        predictions = read_predictions(content, held_out.labels.keys())
    except Rejected as error:
        return Entry(name, moment, problem=str(error))
    return Entry(name, moment, scores=accuracy(predictions, held_out))


def read_baseline(path: Path, held_out: HeldOut) -> Mapping[Half, float]:
    """The scores of the course's own predictions.

    Raises:
        BadInput: they are not there or not in order.
    """
    try:
        predictions = read_predictions(path.read_bytes(), held_out.labels.keys())
    except (OSError, Rejected) as error:
        raise BadInput(f"{path}: {error}; restore it from git") from None
    return accuracy(predictions, held_out)


def page(
    students: Mapping[str, list[Entry]],
    held_out: HeldOut,
    baseline: Mapping[Half, float],
    half: Half,
) -> str:
    """The ranking by one half as HTML; the page of the public half tells nothing of the other."""
    from graders.reports.pages import render  # jinja2, which only those who grade have

    places = standings(students, half)
    count = held_out.count(half)
    return render(
        "leaderboard.html.j2",
        half=half,
        count=count,
        places=places,
        baseline=baseline[half],
        baseline_beaten=sum(place.score > baseline[half] for place in places),
        chance=margin_of_error(places[0].score, count) if places else 0.0,
        problems=[
            (student, entry)
            for student, entries in students.items()
            for entry in entries
            if entry.scores is None
        ],
    )


def show(
    students: Mapping[str, list[Entry]], held_out: HeldOut, baseline: Mapping[Half, float]
) -> None:
    """Print the ranking by the private half, the public one beside it."""
    console = Console()
    public = {place.student: place for place in standings(students, "public")}
    table = Table(title="final project", title_justify="left", title_style="bold")
    for heading in ("rank", "student", "private", "percentile", "public", "public rank", "entries"):
        table.add_column(heading, justify="left" if heading == "student" else "right")
    below_baseline = False
    for place in standings(students, "private"):
        if place.score <= baseline["private"] and not below_baseline:
            below_baseline = True
            _add_baseline(table, baseline)
        _add_place(table, place, public[place.student])
    if not below_baseline:
        _add_baseline(table, baseline)
    console.print(table)
    for student, entries in students.items():
        for entry in entries:
            if entry.problem:
                line = f"not scored: {student}: {entry.file}: {entry.problem}"
                console.print(Text(line), soft_wrap=True)


def _add_place(table: Table, place: Place, public: Place) -> None:
    table.add_row(
        str(place.rank),
        Text(place.student),
        f"{place.score:.1%}",
        f"{place.percentile:.0f}",
        f"{public.score:.1%}",
        str(public.rank),
        str(len(place.entries)),
    )


def _add_baseline(table: Table, baseline: Mapping[Half, float]) -> None:
    scores = f"{baseline['private']:.1%}", f"{baseline['public']:.1%}"
    table.add_row("", "the baseline", scores[0], "", scores[1], "", "", style="dim")

"""What became of everybody's hand-in: a table for the instructor, and the lines that matter."""

from __future__ import annotations

import csv
import io
import shlex
from collections import Counter
from dataclasses import astuple, dataclass, fields
from datetime import UTC
from pathlib import Path
from typing import Literal

from graders.engine.hand_ins import COLLECTED
from graders.engine.printable import printable_cell, shown
from graders.engine.regrade_requests import is_request
from graders.engine.writing import write_atomically
from graders.errors import BadInput
from graders.platforms.handed import Handed
from graders.platforms.roster import Student

WIDTH = 100  # characters of a remark on the terminal
WORK = (".py", ".ipynb", ".zip")
Status = Literal["collected", "missing", "matched nobody"]


@dataclass(frozen=True)
class Outcome:
    """One line of the table: a student's hand-in, a missing one, or one that is nobody's.

    ``download`` is what the download calls it, ``back`` how feedback is called for the platform.
    """

    student: str
    name: str
    section: str
    status: Status
    handed_in: str = ""
    time_from: str = ""
    files: str = ""
    remarks: str = ""
    download: str = ""
    back: str = ""

    @classmethod
    def of(cls, item: Handed, student: Student, files: list[str], remarks: list[str]) -> Outcome:
        moment = item.moment.astimezone(UTC).isoformat(" ", "seconds") if item.moment else ""
        said = "; ".join([*item.remarks, *remarks, *([] if files else ["it holds no file"])])
        return cls(
            student.id, student.name or item.who.name, student.section, "collected",
            moment, item.source, ", ".join(files), said, item.origin, item.back,
        )  # fmt: skip

    @classmethod
    def of_nobody(cls, item: Handed, why: str) -> Outcome:
        name = item.who.name or item.who.label
        return cls("", name, "", "matched nobody", remarks=why, download=item.origin)


def table_path(to: Path, assignment: str) -> Path:
    return to / COLLECTED / f"{assignment}.csv"


def called_back(to: Path, assignment: str) -> dict[str, str]:
    """Student -> what a file of feedback has to be called, of those whom the platform can tell.

    Raises:
        BadInput: no such assignment was collected into ``to``.
    """
    path = table_path(to, assignment)
    try:
        with path.open(newline="", encoding="utf-8") as file:
            lines = list(csv.DictReader(file))
    except OSError as error:
        raise BadInput(
            f"{path} cannot be read ({error.strerror}): name the folder that dlcourse collect made"
        ) from None
    return {_told(line["student"]): _told(line["back"]) for line in lines if line["back"]}


def _told(cell: str) -> str:
    """Undo ``printable_cell``."""
    return cell[1:] if cell[:1] == "'" and printable_cell(cell[1:]) == cell else cell


def report(outcomes: list[Outcome], assignment: str, to: Path) -> None:
    """Write the table and print its summary."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([field.name for field in fields(Outcome)])
    writer.writerows([printable_cell(cell) for cell in astuple(line)] for line in outcomes)
    write_atomically(table_path(to, assignment), out.getvalue())
    counts = Counter(outcome.status for outcome in outcomes)
    print(f"{assignment}: {', '.join(f'{count} {status}' for status, count in counts.items())}")
    told = [line for line in outcomes if line.status != "collected" or line.remarks]
    calls = [shown(line.student or line.download, 40) for line in told]
    for call, line in zip(calls, told, strict=True):
        said = line.remarks if line.status == "collected" else f"{line.status} ({line.remarks})"
        what = said.removesuffix(" ()")
        print(f"  {call:<{max(map(len, calls))}}  {shown(what, WIDTH)}")
    sources = Counter(line.time_from for line in outcomes if line.status == "collected")
    unknown = sources.pop("", 0)
    told_by = [f"{count} from {source}" for source, count in sources.items()]
    if unknown:
        told_by.append(f"{unknown} unknown (a column submitted_at in the roster would tell)")
    print(f"times: {', '.join(told_by)}")
    print(f"table: {table_path(to, assignment)}")
    files = {name for line in outcomes for name in line.files.split(", ")}
    # requests alone, without the work: to grade them would find everybody's missing
    asks = any(is_request(name, assignment) for name in files)
    asks = asks and not any(name.endswith(WORK) for name in files)
    command = f"{'regrades' if asks else 'grade'} {assignment} {shlex.quote(str(to))}"
    print(f"next:  dlcourse {command} --out grades/{assignment}")

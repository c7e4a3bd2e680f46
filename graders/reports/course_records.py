"""What each assignment of a course says of each student, read from what ``dlcourse grade`` wrote.

One assignment is read at a time and kept as little: a class's tests take a hundred times the
memory of its scores.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from graders.engine.final import FinalScore, FinalTask
from graders.engine.results import ClassResults, SubmissionStatus
from graders.errors import BadInput
from graders.nbgrader.final_scores import changed_since, final_scores, read_results
from graders.reports.class_statistics import Difficulty, difficulties
from graders.reports.course_messages import Met, met_by_most


@dataclass(frozen=True, slots=True)
class Outcome:
    """One student's line of one assignment; ``score`` is ``None`` while a human has to look."""

    score: float | None
    max_score: float
    late_penalty: float
    status: SubmissionStatus
    counts: bool
    """Whether the score says something of the work."""
    tasks: tuple[FinalTask, ...]


@dataclass(frozen=True)
class AssignmentRecord:
    """One assignment of the course: everybody's outcome, and what the class met in it."""

    name: str
    folder: Path
    max_score: float
    outcomes: dict[str, Outcome]
    names: dict[str, str]
    """Student -> the name that the gradebook has, where it has one."""
    tests: tuple[Difficulty, ...]
    messages: tuple[Met, ...]
    num_changed: int = 0
    """Students to whom a human gave points since ``dlcourse grade`` last ran."""

    @property
    def scores(self) -> list[float]:
        """The scores that say something of the work."""
        found = (item.score for item in self.outcomes.values() if item.counts)
        return [score for score in found if score is not None]


def assignment_folders(given: Iterable[Path]) -> list[Path]:
    """The folders of graded assignments: each of ``given``, or those that lie in it, by name.

    Raises:
        BadInput: one holds no grades, or grading was begun there and not ended.
    """
    found: dict[Path, Path] = {}
    for path in given:
        if not path.is_dir():
            raise BadInput(f"{path} is not a folder: name the --out of `dlcourse grade`")
        inside = (inner for inner in path.iterdir() if not inner.name.startswith("."))
        candidates = [path] if _is_graded(path) else sorted(inside)
        graded = [folder for folder in candidates if _is_graded(folder)]
        if not graded:
            raise BadInput(
                f"{path} holds no grades: run `dlcourse grade NAME SUBMISSIONS "
                f"--out {path / 'NAME'}` first"
            )
        found.update({folder.resolve(): folder for folder in graded})
    return list(found.values())


def _is_graded(folder: Path) -> bool:
    if (folder / "results.json").is_file():
        return True
    if (folder / "records.jsonl").is_file():
        raise BadInput(f"{folder} was not graded to the end: run `dlcourse grade` again for it")
    return False


def read_assignment(folder: Path) -> AssignmentRecord:
    """Read the ``--out`` of one ``dlcourse grade``.

    Raises:
        BadInput: it cannot be read.
    """
    path = folder / "results.json"
    results = read_results(path)
    lines = final_scores(results, folder / "gradebook.db")
    return assignment_record(results, lines, folder, len(changed_since(path, lines)))


def assignment_record(
    results: ClassResults, lines: list[FinalScore], folder: Path, num_changed: int = 0
) -> AssignmentRecord:
    """Keep of an assignment's results what a course report tells."""
    return AssignmentRecord(
        name=results.assignment,
        folder=folder,
        max_score=lines[0].max_score if lines else results.max_score,
        outcomes={line.student: _outcome(line) for line in lines},
        names={
            line.student: name
            for line in lines
            if (name := ", ".join(filter(None, (line.last_name, line.first_name))))
        },
        tests=tuple(test for task in difficulties(results) for test in task.tests),
        messages=met_by_most(results),
        num_changed=num_changed,
    )


def _outcome(line: FinalScore) -> Outcome:
    return Outcome(
        score=line.score,
        max_score=line.max_score,
        late_penalty=line.late_penalty,
        status=line.submission.status,
        counts=line.counts,
        tasks=line.tasks,
    )


def check_distinct(records: Iterable[AssignmentRecord]) -> None:
    """See that no assignment counts twice.

    Raises:
        BadInput: two folders hold grades of the same one.
    """
    folders: dict[str, Path] = {}
    for record in records:
        if record.name in folders:
            raise BadInput(
                f"{folders[record.name]} and {record.folder} both hold grades of {record.name}: "
                "move one out of --from"
            )
        folders[record.name] = record.folder

"""``dlcourse regrades``: students' requests, listed, and answered in the gradebook.

An answer becomes a comment on the task in nbgrader's gradebook, and the points, if any are given, a
human's: both are on the student's page after the next ``dlcourse grade``, and outlive a regrade.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from graders.engine import audit
from graders.engine.allowances import read_allowances
from graders.engine.catalogue import source_path
from graders.engine.final import FinalScore, FinalTask
from graders.engine.hand_ins import find
from graders.engine.printable import printable
from graders.engine.records import only_grader
from graders.engine.regrade_requests import Request, requests_of
from graders.engine.results import ClassResults, TestResult, points_by_task
from graders.errors import BadInput
from graders.nbgrader import gradebook_cells
from graders.nbgrader.final_scores import final_scores, results_of
from graders.nbgrader.gradebook import open_gradebook

WIDTH = 96
MOST_LINES = 20  # of a note


@dataclass(frozen=True)
class Answer:
    """What the instructor says to one request; ``points`` are for the test's whole task."""

    student: str
    test: str
    text: str
    points: float | None = None


@dataclass(frozen=True)
class Asked:
    """One request, with what it is about."""

    student: str
    request: Request
    answered: bool
    line: FinalScore | None = None
    test: TestResult | None = None

    @property
    def task(self) -> FinalTask | None:
        tasks = self.line.tasks if self.line and self.test else ()
        return next((task for task in tasks if self.test and task.name == self.test.task), None)


def regrades(name: str, submissions: Path, out: Path, answer: Answer | None = None) -> int:
    """List the requests in a folder of submissions, or answer one.

    Raises:
        BadInput: a folder is not what it should be, or there is no such request.
    """
    results = results_of(name, out / "results.json")
    found = list(_asked(results, submissions, out))
    if answer is None:
        _list(found)
        return 0
    asked = next(
        (it for it in found if (it.student, it.request.test) == (answer.student, answer.test)), None
    )
    if asked is None:
        raise BadInput(f"{answer.student} has no request on {answer.test} in {submissions}")
    with only_grader(out, "regrades"):
        _answer(results, out, asked, answer)
    print(
        f"{answer.student}: {answer.test} is answered; `dlcourse grade {name} …` renews the pages"
    )
    return 0


def _asked(results: ClassResults, submissions: Path, out: Path) -> Iterator[Asked]:
    lines = {line.student: line for line in final_scores(results, out / "gradebook.db")}
    decided = {entry.get("request") for entry in audit.entries(out / audit.FILE)}
    for hand_in in find(submissions):
        line = lines.get(hand_in.student)
        tests = {test.name: test for test in line.submission.tests} if line else {}
        for request in requests_of(hand_in, results.assignment):
            answered = request.key(hand_in.student) in decided
            test = tests.get(request.test)
            yield Asked(hand_in.student, request, answered, line, test)


def _list(found: list[Asked]) -> None:
    for asked in sorted(found, key=lambda asked: asked.answered):
        test, task = asked.test, asked.task
        if test is None or task is None:
            about = "not graded" if asked.line is None else "no such test"
        else:
            score = "–" if task.score is None else f"{task.score:g}"
            by_hand = ", by hand" if task.by_hand else ""
            about = (
                f"{test.status}, {test.score:g} of {test.points:g}; "
                f"task {task.name}: {score} of {task.max_score:g}{by_hand}"
            )
        state = "answered" if asked.answered else "open"
        print(f"{state:<8}  {printable(asked.student)}  {asked.request.test}  ({about})")
        written = [line for line in asked.request.note.splitlines() if line.strip()]
        for line in [*written[:MOST_LINES], *(["…"] if len(written) > MOST_LINES else [])]:
            print(textwrap.fill(line, WIDTH, initial_indent="  > ", subsequent_indent="  > "))
    answered = sum(asked.answered for asked in found)
    print(f"{len(found) - answered} open, {answered} answered")


def _answer(results: ClassResults, out: Path, asked: Asked, answer: Answer) -> None:
    if asked.line is None:
        raise BadInput(f"{answer.student} is not in {out / 'results.json'}: grade the work first")
    if asked.test is None or asked.task is None:
        raise BadInput(
            f"{out / 'results.json'} has no test {answer.test} for {answer.student}: "
            "ask for the name that the feedback page shows"
        )
    name, task = results.assignment, asked.task
    if answer.points is not None and not 0 <= answer.points <= task.max_score:
        raise BadInput(f"--points {answer.points:g}: of task {task.name}, 0 to {task.max_score:g}")
    tasks = points_by_task(asked.line.submission.tests)
    with open_gradebook(out / "gradebook.db", to_write=True) as book:
        notebook = gradebook_cells.released(source_path(name))
        layout = gradebook_cells.find(book.db, name, tasks, notebook)
        cells = {cell: called for called, cell in layout.comment_cells.items()}
        if task.name not in layout.comment_of:
            raise BadInput(f"{source_path(name)} has no cell for answers of {task.name} to comment")
        comment = book.find_comment(cells[layout.comment_of[task.name]], name, name, answer.student)
        told = f"Regrade of {answer.test}: {' '.join(printable(answer.text).split())}"
        before = (comment.manual_comment or "").strip()
        if told not in before.splitlines():
            comment.manual_comment = "\n\n".join(filter(None, (before, told)))
        if answer.points is not None:
            grade = book.find_grade(task.name, name, name, answer.student)
            grade.manual_score, grade.needs_manual_grade = answer.points, False
        book.db.commit()
    lines = final_scores(results, out / "gradebook.db")
    line = next(line for line in lines if line.student == answer.student)
    because = f"regrade request on {answer.test}"
    key = asked.request.key(answer.student)
    extensions = read_allowances().extensions(name)
    audit.note(out, name, [line], extensions, because=because, request=key)

"""Totals, messages, and the page without names, which tells nobody who it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bs4 import BeautifulSoup

from graders.engine.final import FinalTask
from graders.engine.results import SubmissionResult
from graders.platforms.roster import Roster, Student
from graders.reports.course_class import Row, course_rows, without_names
from graders.reports.course_messages import met_by_most
from graders.reports.course_pages import page_without_names, student_pages
from graders.reports.course_records import AssignmentRecord, assignment_record
from tests.graders.class_results import automatic, outcome, submission
from tests.graders.reports.course_helpers import FAILED, PASSED, graded, rows_of, text_of


def test_comments_by_hand_are_on_the_students_page() -> None:
    results = graded(submission("bob", *PASSED))
    line = automatic(results)[0]
    task = FinalTask("accuracy", 40.0, 40.0, comment="Well\n<b>told</b>.")
    line = replace(line, tasks=(line.tasks[0], task))
    record = assignment_record(results, [line], Path("softmax"))
    ((_, html),) = student_pages([record], course_rows([record]))
    comment = BeautifulSoup(html, "html.parser").select_one(".comment")
    assert comment.get_text() == "softmax, accuracy: Well\n<b>told</b>."


def people(ids: Sequence[str]) -> tuple[list[AssignmentRecord], list[Row]]:
    first = graded(
        submission(ids[0], *PASSED),
        submission(ids[1], *FAILED, message="open('/home/mallory/ada.txt')"),
        submission(ids[2], "passed", "failed", "passed"),
        SubmissionResult(ids[3], "missing"),
        SubmissionResult(ids[4], "failed"),
        submission(ids[5], "passed", "failed", "passed"),
    )
    second = graded(submission(ids[5], *PASSED), submission(ids[0], *PASSED), name="backprop")
    roster = Roster(
        Student(student, f"Name of {student}", section=f"Section {student}") for student in ids
    )
    records = [assignment_record(item, automatic(item), Path(item.assignment))
               for item in (first, second)]  # fmt: skip
    return records, course_rows(records, roster)


def test_nothing_leads_from_the_page_without_names_to_a_name() -> None:
    """It is the same whoever the students are: so it says nothing of who they are."""
    ids = ["ada", "bob", "cleo", "dan", "eve", "fay"]
    pages = []
    for order in (ids, ids[::-1], ["x<y", "o'hara", "z", "\u738b", "..", "b&b"]):
        records, rows = people(order)
        page = page_without_names(records, without_names(rows))
        pages.append(page)
        text = text_of(BeautifulSoup(page, "html.parser"))
        assert "Section" not in text
        assert "Name of" not in text
        assert "<a " not in page
    assert len(set(pages)) == 1
    assert rows_of(BeautifulSoup(pages[0], "html.parser"))["student 1"] == [
        "200", "100", "100", "100",
    ]  # fmt: skip


def test_the_page_without_names_has_no_message_of_a_few() -> None:
    message = "FileNotFoundError: /home/mallory/data.txt"
    few = [submission(f"s{i}", *FAILED, message=message) for i in range(4)]
    for count, shown in ((4, False), (5, True)):
        work = (*few, submission("s4", *(FAILED if count == 5 else PASSED), message=message))
        record = assignment_record(graded(*work), automatic(graded(*work)), Path("softmax"))
        page = page_without_names([record], without_names(course_rows([record])))
        assert ("mallory" in page) is shown


def test_messages_that_differ_in_numbers_or_in_place_are_one() -> None:
    def one(student: str, *messages: str) -> SubmissionResult:
        tests = tuple(
            outcome(f"test_{i}", "t", 1.0, "error" if message else "skipped", message)
            for i, message in enumerate(messages)
        )
        return SubmissionResult(student, "graded", tests=tests)

    met = met_by_most(
        graded(
            one("ada", "the loss is 1.5e-3", "ValueError: x (softmax.py line 3: return f(ada))"),
            one("bob", "the loss is -20", "ValueError: x (softmax.py line 9: return g(bob))"),
            one("cleo", "the loss is -20", "the loss is 3"),
            one("dan", "of dan alone", ""),
        )
    )
    assert [(item.message, item.num_students, len(item.tests)) for item in met] == [
        ("the loss is -20", 3, 2),
        ("ValueError: x", 2, 1),
    ]


def test_what_is_left_out_is_in_neither_sum() -> None:
    records, _ = people(["ada", "bob", "cleo", "dan", "eve", "fay"])
    asked = {}

    def lowest(student: str, shares: dict[str, float]) -> dict[str, str]:
        asked[student] = dict(shares)
        return {min(shares, key=shares.__getitem__): "lowest"} if student != "ada" else {}

    totals = {row.person.id: row.total for row in course_rows(records, left_out=lowest)}
    assert (totals["ada"].score, totals["ada"].max_score) == (200, 200)
    assert (totals["fay"].score, totals["fay"].max_score) == (100, 100)
    assert asked["cleo"] == {"softmax": 0.8, "backprop": 0.0}
    assert totals["cleo"].left_out == {"backprop": "lowest"}
    # what is open is nobody's lowest: the total stays open
    assert totals["eve"].score is None

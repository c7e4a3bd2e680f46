"""A student asks for a test to be looked at again; the instructor lists, answers, and grades."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from nbgrader.api import Gradebook

from course.cli import main
from graders.engine.regrade_requests import MOST_CHARACTERS, MOST_REQUESTS, parse
from graders.nbgrader import gradebook
from tests.graders.bookkeeping.small_course import Course, everything

NOTE = "Mine is <b>right</b>:\n\x1b[31mz.mean(axis=0) is 1e-17\u202e"
ASK = ["regrade-request", "means", "--test", "test_means", "--note"]
LIST = ["regrades", "means", "submitted", "--out", "grades/means"]


def listed(capsys: pytest.CaptureFixture[str], *more: str, places: list[str] = LIST) -> list[str]:
    capsys.readouterr()
    assert main([*places, *more]) == 0
    return capsys.readouterr().out.splitlines()


def told_by(course: Course) -> str:
    page = (course.out / "feedback" / "bob.html").read_text()
    return re.sub(r"\s+", " ", BeautifulSoup(page, "html.parser").get_text(" "))


def test_a_request_lies_beside_the_work_and_is_listed_as_text(course, capsys):
    assert main([*ASK, NOTE, "--student", "bob", "--to", "submitted"]) == 0
    place = course.folder / "submitted" / "bob" / "means"
    assert "stored as  submitted/bob/means/regrade_means.json" in capsys.readouterr().out
    assert {path.name for path in place.iterdir()} == {
        "means.py", "regrade_means.json", "timestamp.txt",
    }  # fmt: skip
    assert listed(capsys) == [
        "open      bob  test_means  (failed, 0 of 40; task standardise: 60 of 100)",
        "  > Mine is <b>right</b>:",
        "  > z.mean(axis=0) is 1e-17",
        "1 open, 0 answered",
    ]


def test_an_answer_is_in_the_gradebook_the_trail_and_the_feedback(course, capsys):
    before = course.trail()
    answer = ["--student", "bob", "--test", "test_means", "--answer", "You are <right>.",
              "--points", "90"]  # fmt: skip
    for _ in range(2):  # as after a kill, of which nobody knows how far it came
        assert "bob: test_means is answered" in listed(capsys, *answer)[0]
    assert listed(capsys)[0].startswith("answered  bob  test_means")
    assert listed(capsys)[-1] == "0 open, 1 answered"
    with Gradebook(gradebook.url(course.book)) as book:
        comment = book.find_comment("standardise-code", "means", "means", "bob")
        assert comment.manual_comment == "Regrade of test_means: You are <right>."
        assert book.find_grade("standardise", "means", "means", "bob").manual_score == 90
    change, *rest = course.trail()[len(before) :]
    why = "regrade request on test_means; by hand: standardise tests → 90"
    assert change == ("bob", 60, 90, why)
    assert rest == [("bob", 90, 90, "regrade request on test_means")]
    assert course.grade() == 0
    assert course.scores()["bob"] == 90
    assert len(course.trail()) == len(before) + 2
    assert "Comment: Regrade of test_means: You are <right>." in told_by(course)


def test_another_note_is_another_request_and_no_points_leave_the_score(course, capsys):
    assert main([*ASK, "But why?", "--student", "bob", "--to", "submitted"]) == 0
    assert listed(capsys)[-1] == "1 open, 0 answered"
    listed(capsys, "--student", "bob", "--test", "test_means", "--answer", "See the lesson.")
    assert course.grade() == 0
    assert course.scores()["bob"] == 90
    assert "You are <right>. Regrade of test_means: See the lesson." in told_by(course)


def test_a_request_is_collected_into_a_folder_of_its_own(course, capsys):
    for _ in range(2):
        assert main([*ASK, "Look again."]) == 0
    assert main([*ASK[:3], "test_scales", "--note", "This one, too."]) == 0
    request = Path("regrade_means.json")
    Path("roster.csv").write_text("id,name,canvas\nbob,Bob Bee,12\n")
    with zipfile.ZipFile("regrades.zip", "w") as archive:
        archive.write(request, "beebob_12_77_regrade_means-1.json")
    words = ["collect", "regrades.zip", "--from", "canvas", "--roster", "roster.csv"]
    assert main([*words, "--assignment", "means", "--to", "requests"]) == 0
    places = ["regrades", "means", "requests", "--out", "grades/means"]
    told = listed(capsys, places=places)
    assert [line.split()[:3] for line in told if line[0] != " "][:2] == [
        ["open", "bob", "test_means"], ["open", "bob", "test_scales"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[" * 100_000, b"null", b"[1]", b'{"requests": 3}', b"\xff\xfe",
        b'{"requests": [3, {}, {"test": "test_a"}, {"test": 1, "note": "x"}]}',
        b'{"requests": [{"test": "test_a\\u001b[31m", "note": "x"}]}',
        b'{"requests": [{"test": "../test_a", "note": "x"}]}',
    ],
)  # fmt: skip
def test_what_is_no_request_is_passed_over(content):
    assert parse(content) == []


def test_a_flood_is_cut():
    items = [{"test": f"test_{i}", "note": "x" * 10_000} for i in range(90)]
    found = parse(json.dumps({"requests": items}).encode())
    assert len(found) == MOST_REQUESTS
    assert {len(request.note) for request in found} == {MOST_CHARACTERS}


def test_a_note_of_many_lines_is_listed_short(course, capsys):
    assert main([*ASK, "\n\n".join("abc" * 30), "--student", "ada", "--to", "submitted"]) == 0
    told = [line for line in listed(capsys) if line.startswith("  > ")]
    assert len(told) < 30
    (course.folder / "submitted/ada/means/regrade_means.json").unlink()


def test_a_link_or_a_pipe_in_place_of_a_request_is_not_read(course, capsys):
    place = course.folder / "linked" / "bob"
    place.mkdir(parents=True)
    (place / "regrade_means.json").symlink_to(
        course.folder / "submitted/bob/means/regrade_means.json"
    )
    assert listed(capsys, places=["regrades", "means", "linked", *LIST[3:]]) == [
        "0 open, 0 answered"
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([*ASK, ""], "1 to 1000 characters"),
        ([*ASK, "x" * 1001], "1 to 1000 characters"),
        ([*ASK[:3], "means", "--note", "x"], "name a test as your feedback does"),
        ([*ASK, "x", "--student", "bob"], "go together"),
        ([*ASK, "x", "--student", "../bob", "--to", "submitted"], "your id"),
        ([*ASK, "x", "--student", "bob", "--to", "nowhere"], "not a folder"),
        ([*LIST, "--student", "bob"], "go together"),
        ([*LIST, "--student", "ada", "--test", "test_means", "--answer", "x"], "no request"),
        ([*LIST, "--student", "bob", "--test", "test_means", "--answer", "x", "--points", "101"],
         "0 to 100"),
        (["regrades", "means", "submitted", "--out", "grades"], "results.json"),
        ([*LIST, "--student", "bob", "--test", "test_meens", "--answer", "x"], "feedback page"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_one_line_and_changes_nothing(course, capsys, arguments, said):
    if "test_meens" in arguments:  # as a student may write it
        words = ["test_meens", "--note", "x", "--student", "bob", "--to", "submitted"]
        assert main([*ASK[:3], *words]) == 0
    capsys.readouterr()
    before = everything(course.folder)
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert everything(course.folder).items() - before.items() <= set()

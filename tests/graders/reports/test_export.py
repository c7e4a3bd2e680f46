"""Exports are read back with the parsers of those who will read them."""

import csv
import json
import zipfile
from dataclasses import replace
from datetime import datetime

import pytest
import sqlalchemy as sa
from nbgrader.api import Gradebook

from graders.engine.results import ClassResults, SubmissionResult
from graders.errors import BadInput
from graders.nbgrader import gradebook
from graders.reports import export
from tests.graders.class_results import TASKS, small_class, submission, write_results


def graded(out, results=None):
    results = results or small_class()
    write_results(results, out)
    return results


def rows_of(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory):
    """A graded class in whose gradebook a human has worked and one student was late."""
    out = tmp_path_factory.mktemp("by_hand")
    late = submission("gus", "passed", "passed", "passed", submitted_at="2026-03-09T00:00:00+00:00")
    results = graded(out, small_class(late))
    due = datetime(2026, 3, 8)

    def half(student, score, seconds_late):
        return score / 2

    gradebook.update(results, TASKS, out, due, penalty=half)
    with Gradebook(gradebook.url(out / "gradebook.db")) as gb:
        gb.find_grade("softmax", "softmax", "softmax", "bob").manual_score = 50.0
        gb.find_grade("accuracy", "softmax", "softmax", "bob").extra_credit = 5.0
        for task in TASKS:
            grade = gb.find_grade(task, "softmax", "softmax", "fay")
            grade.manual_score, grade.needs_manual_grade = 12.0, False
        gb.db.commit()
        gb.update_or_create_student(
            "bob", first_name="Bob", last_name="O'Neil, Jr", email="bob@x.edu", lms_user_id="4711"
        )
    return out


def test_csv_holds_everything_on_record(tmp_path):
    graded(tmp_path)
    without = export.write("softmax", tmp_path, "csv", tmp_path / "all.csv")
    rows = {row["student"]: row for row in rows_of(tmp_path / "all.csv")}
    assert list(rows) == ["ada", "bob", "cleo", "dan", "eve", "fay"]
    assert rows["bob"]["score"] == rows["bob"]["raw_score"] == "80"
    assert rows["bob"]["auto_softmax"] == "40"
    assert rows["bob"]["submitted_at"] == "2026-03-01T12:00:00+00:00"
    assert rows["dan"]["score"] == "0"
    assert rows["dan"]["status"] == "missing"
    assert rows["fay"]["score"] == ""  # the grader broke: no score, and not a zero
    assert without == ["fay"]


def test_a_humans_points_and_late_penalties_count(by_hand, tmp_path):
    without = export.write("softmax", by_hand, "csv", tmp_path / "all.csv")
    rows = {row["student"]: row for row in rows_of(tmp_path / "all.csv")}
    assert without == []
    assert rows["bob"]["score"] == "95"
    assert rows["fay"]["score"] == "24"
    assert (rows["gus"]["score"], rows["gus"]["raw_score"]) == ("50", "100")
    assert rows["gus"]["late_penalty"] == "50"
    assert rows["dan"]["score"] == "0"


def test_what_a_human_did_since_is_said(by_hand, tmp_path, capsys):
    export.write("softmax", by_hand, "csv", tmp_path / "all.csv")
    line = capsys.readouterr().err
    assert "since `dlcourse grade` last ran: bob, fay, gus; run it again" in line
    assert line.count("\n") == 1


def test_canvas_takes_the_file(by_hand, tmp_path):
    export.write("softmax", by_hand, "canvas", tmp_path / "canvas.csv")
    with (tmp_path / "canvas.csv").open(newline="") as file:
        header, points, *rows = list(csv.reader(file))
    assert header == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "softmax"]
    assert points == ["Points Possible", "", "", "", "", "100"]
    assert rows[0] == ["ada", "", "", "ada", "", "100"]
    assert rows[1] == ["O'Neil, Jr, Bob", "4711", "", "bob", "", "95"]
    assert all(len(row) == len(header) for row in rows)


def test_moodle_takes_the_file(by_hand, tmp_path):
    export.write("softmax", by_hand, "moodle", tmp_path / "moodle.csv")
    rows = {row["Username"]: row for row in rows_of(tmp_path / "moodle.csv")}
    assert rows["bob"]["softmax"] == "95"
    assert rows["bob"]["Email address"] == "bob@x.edu"
    assert rows["bob"]["softmax (Feedback)"] == "softmax: 50 (by hand); accuracy: 45 (by hand)"
    assert rows["gus"]["softmax (Feedback)"] == "softmax: 60; accuracy: 40; late penalty: 50"
    assert rows["eve"]["softmax (Feedback)"] == "rejected: not valid JSON: line 3"


@pytest.mark.parametrize("format", ["canvas", "moodle"])
def test_an_open_score_is_left_out_since_an_empty_cell_erases(tmp_path, format):
    graded(tmp_path)
    assert export.write("softmax", tmp_path, format, tmp_path / "out.csv") == ["fay"]
    assert "fay" not in (tmp_path / "out.csv").read_text()
    assert "dan" in (tmp_path / "out.csv").read_text()


@pytest.mark.parametrize("name", ["grades", "grades.zip"])
def test_gradescope_gets_one_results_file_a_student(by_hand, tmp_path, name):
    export.write("softmax", by_hand, "gradescope", tmp_path / name)
    if name.endswith(".zip"):
        with zipfile.ZipFile(tmp_path / name) as bundle:
            bundle.extractall(tmp_path / "grades")
    files = {path.parent.name: path for path in (tmp_path / "grades").glob("*/results.json")}
    assert sorted(files) == ["ada", "bob", "cleo", "dan", "eve", "fay", "gus"]
    bob = json.loads(files["bob"].read_text())
    assert bob["score"] == 95
    assert bob["tests"][1] == {
        "name": "What test_large_scores asks.",
        "score": 0.0,
        "max_score": 20.0,
        "status": "failed",
        "output": "failed: 3 of 6 entries differ\nHint: Hint of test_large_scores.",
        "visibility": "visible",
        "tags": ["softmax"],
    }
    assert bob["output"] == "softmax: 50 points by hand.\naccuracy: 45 points by hand."
    assert "Late penalty: 50 points" in json.loads(files["gus"].read_text())["output"]
    assert json.loads(files["dan"].read_text())["score"] == 0
    assert {test["status"] for test in bob["tests"]} <= {"passed", "failed"}


def test_the_same_grades_make_the_same_archive(by_hand, tmp_path):
    for name in ("a.zip", "b.zip"):
        export.write("softmax", by_hand, "gradescope", tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


@pytest.mark.parametrize("format", ["csv", "canvas", "moodle"])
@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+1+1", "-2", "@SUM(1)", " =1", "＝1"])
def test_no_cell_is_a_formula(tmp_path, format, name):
    mallory = replace(submission(name, "passed", "passed", "passed"), message="=1+1")
    rejected = SubmissionResult("trudy", "rejected", message='=HYPERLINK("x"),"\r\n@evil')
    graded(tmp_path, ClassResults("softmax", 100.0, "", (mallory, rejected)))
    export.write("softmax", tmp_path, format, tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert f"'{name}" in [cell for row in rows for cell in row]
    for row in rows:
        assert len(row) == len(rows[0])
        assert not [cell for cell in row if cell.strip()[:1] in tuple("=+-@＝＋－＠")]


@pytest.mark.parametrize("student", ["-x", "+ada", "@bob", "ada@x.edu"])
@pytest.mark.parametrize(("format", "column"), [("canvas", "SIS Login ID"), ("moodle", "Username")])
def test_a_platform_gets_every_harmless_id_as_it_is(tmp_path, format, column, student):
    graded(tmp_path, ClassResults("softmax", 100.0, "", (submission(student, *["passed"] * 3),)))
    export.write("softmax", tmp_path, format, tmp_path / "grades")
    assert rows_of(tmp_path / "grades")[-1][column] == student


def test_thirds_add_up(tmp_path):
    third = replace(submission("ann", "passed", "passed", "passed"), score=100 / 3)
    graded(tmp_path, ClassResults("softmax", 100.0, "", (third,)))
    export.write("softmax", tmp_path, "csv", tmp_path / "all.csv")
    assert rows_of(tmp_path / "all.csv")[0]["score"] == "33.3333"


def test_an_unread_essay_leaves_the_score_open(by_hand, tmp_path):
    (tmp_path / "gradebook.db").write_bytes((by_hand / "gradebook.db").read_bytes())
    graded(tmp_path)
    with Gradebook(gradebook.url(tmp_path / "gradebook.db")) as gb:
        cell = gb.add_grade_cell("essay", "softmax", "softmax", max_score=10, cell_type="markdown")
        notebook = gb.find_submission_notebook("softmax", "softmax", "ada")
        gb.db.execute(
            sa.insert(type(notebook.grades[0])),
            [{"cell_id": cell.id, "notebook_id": notebook.id, "needs_manual_grade": True}],
        )
        gb.db.commit()
    assert export.write("softmax", tmp_path, "csv", tmp_path / "all.csv") == ["ada"]


@pytest.mark.parametrize(
    ("content", "mend"),
    [
        (None, "run `dlcourse grade`"),
        ("{", "run `dlcourse grade` again"),
        ("[]", "not written by this version"),
        ('{"schema": 99, "submissions": []}', "schema is not 1"),
        ('{"schema": 1, "submissions": [{"student": "a"}]}', "not written by this version"),
    ],
)
def test_results_that_cannot_be_read_are_named(tmp_path, content, mend):
    if content is not None:
        (tmp_path / "results.json").write_text(content)
    with pytest.raises(BadInput, match=mend) as caught:
        export.write("softmax", tmp_path, "csv", tmp_path / "all.csv")
    assert str(tmp_path / "results.json") in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "all.csv").exists()


def test_wrong_use_is_one_line(tmp_path):
    graded(tmp_path)
    with pytest.raises(BadInput, match="choose from csv, canvas, moodle, gradescope"):
        export.write("softmax", tmp_path, "excel", tmp_path / "x")
    with pytest.raises(BadInput, match="is of softmax, not backprop"):
        export.write("backprop", tmp_path, "csv", tmp_path / "x")
    with pytest.raises(BadInput, match="is a folder"):
        export.write("softmax", tmp_path, "csv", tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match=r"ends in \.zip"):
        export.write("softmax", tmp_path, "gradescope", tmp_path / "file")

"""`dlcourse submit`: what is stored, the receipt, and what is refused."""

import json
import os
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from course.cli import main
from graders.engine import hand_ins, submissions
from graders.engine.catalogue import course_root, source_path
from graders.engine.predictions import TEST_IDS
from graders.engine.results import TestResult
from graders.nbgrader.gradebook import open_gradebook
from graders.reports.leaderboard import read_held_out, read_students
from graders.students.fresh_process import run_checks
from graders.students.report import Progress

SOLUTION = source_path("softmax").read_text()


@pytest.fixture
def mine(tmp_path):
    (tmp_path / "in").mkdir()
    path = tmp_path / "my work.py"
    path.write_text(SOLUTION)
    return path


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Without the public tests, for what is not about them."""
    none_run = Progress(results={"test": TestResult("test", "softmax", 1, 0, "failed", "", 0)})
    monkeypatch.setattr("graders.students.submit.run_checks", lambda *_, **options: none_run)


def submit(path, to, *options, student="ada"):
    to.mkdir(exist_ok=True)
    return main(["submit", "softmax", str(path), "--student", student, "--to", str(to), *options])


def test_what_is_stored_is_what_grading_reads(mine, tmp_path, capsys):
    assert submit(mine, tmp_path / "in") == 0
    receipt = capsys.readouterr().out
    (found,) = hand_ins.find(tmp_path / "in")
    work = submissions.read(found, "softmax")
    assert work is not None
    assert (found.student, work.content) == ("ada", mine.read_bytes())
    assert work.sha256 in receipt
    assert work.submitted_at in receipt


def test_a_second_submission_replaces_the_first_though_of_another_form(mine, tmp_path):
    submit(mine, tmp_path / "in")
    notebook = tmp_path / "softmax.ipynb"
    cell = {"cell_type": "code", "source": "def accuracy(scores, y): return 1"}
    notebook.write_text(json.dumps({"cells": [cell]}))
    assert submit(notebook, tmp_path / "in") == 0
    stored = {p.name for p in (tmp_path / "in" / "ada" / "softmax").iterdir()}
    assert stored == {"softmax.ipynb", "timestamp.txt", "earlier"}
    assert [p.name for p in (tmp_path / "in" / "ada").iterdir()] == ["softmax"]


def test_an_earlier_attempt_is_kept_and_named(mine, tmp_path, capsys):
    contents = []
    for number in range(3):
        mine.write_text(f"# {number}\n{SOLUTION}")
        contents.append(mine.read_text())
        assert submit(mine, tmp_path / "in") == 0
    receipt = capsys.readouterr().out
    kept = sorted((tmp_path / "in" / "ada" / "softmax" / "earlier").rglob("softmax.py"))
    assert [path.read_text() for path in kept] == contents[:2]
    assert f"earlier    kept as {kept[1]}" in receipt
    (found,) = hand_ins.find(tmp_path / "in")
    assert submissions.read(found, "softmax").content.decode() == contents[2]


def test_a_folder_that_is_not_there_is_refused(mine, tmp_path, capsys):
    missing = tmp_path / "inn"
    arguments = ["submit", "softmax", str(mine), "--student", "ada", "--to", str(missing)]
    assert main(arguments) == 2
    assert f"--to {missing} is not a folder" in capsys.readouterr().err
    assert not missing.exists()


def answering(monkeypatch, answer):
    """A student at a terminal."""
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda question: print(question) or answer)


STUB = 'def softmax(scores):\n    """To do."""\n    raise NotImplementedError\n'


@pytest.mark.parametrize("nothing", ["# to do\n", "x = 1\n", STUB])
def test_a_file_with_nothing_written_replaces_no_work_without_a_question(
    mine, tmp_path, capsys, nothing
):
    stub = tmp_path / "softmax.py"
    stub.write_text(nothing)
    assert submit(stub, tmp_path / "in") == 0  # nothing is lost by it
    assert submit(stub, tmp_path / "in") == 0
    assert submit(mine, tmp_path / "in") == 0
    assert submit(stub, tmp_path / "in") == 2
    said = capsys.readouterr().err
    assert "softmax.py has none of the functions written, and would take the place of" in said
    assert "which has 8: --force" in said
    stored = tmp_path / "in" / "ada" / "softmax" / "softmax.py"
    assert stored.read_text() == SOLUTION
    stub.write_text(STUB.replace("raise NotImplementedError", "return scores"))
    assert submit(stub, tmp_path / "in") == 0  # one is a beginning


@pytest.mark.parametrize("name", ["softmax.py", "softmax.ipynb"])
def test_an_empty_file_replaces_no_work_without_a_question(
    mine, tmp_path, capsys, monkeypatch, name
):
    empty = tmp_path / name
    empty.write_text("")
    assert submit(empty, tmp_path / "in") == 0  # nothing is lost by it
    assert "note       the file is empty" in capsys.readouterr().out
    assert submit(mine, tmp_path / "in") == 0
    assert submit(empty, tmp_path / "in") == 2
    said = capsys.readouterr().err
    assert "is empty, and would take the place of" in said
    assert "--force" in said
    work = tmp_path / "in" / "ada" / "softmax" / "softmax.py"
    answering(monkeypatch, "no")
    assert submit(empty, tmp_path / "in") == 2
    assert work.read_text() == SOLUTION
    answering(monkeypatch, "y")
    assert submit(empty, tmp_path / "in") == 0
    assert work.with_name(name).read_text() == ""


def test_force_asks_nobody(mine, tmp_path):
    submit(mine, tmp_path / "in")
    empty = tmp_path / "softmax.py"
    empty.write_text("")
    assert submit(empty, tmp_path / "in", "--force") == 0


def test_the_work_of_another_assignment_is_noticed(tmp_path, capsys):
    path = tmp_path / "softmax.ipynb"
    cells = [{"cell_type": "code", "source": ["%time x = 1\n", "def sgd(w): pass"]}]
    path.write_text(json.dumps({"cells": cells}))
    assert submit(path, tmp_path / "in") == 2
    assert "has no function of softmax, but sgd of optimizers" in capsys.readouterr().err
    assert not any((tmp_path / "in").iterdir())


def test_functions_that_are_not_there_are_named(tmp_path, capsys):
    path = tmp_path / "softmax.py"
    path.write_text("def softmax(x): return x\ndef helper(): pass\n")
    assert submit(path, tmp_path / "in") == 0
    said = capsys.readouterr().out
    assert "note       7 of 8 names are not there: accuracy, cross_entropy, " in said
    assert "and 2 more" in said


@pytest.mark.parametrize("newer", [".py", ".ipynb"])
def test_of_two_forms_it_says_which_was_handed_in_and_which_is_newer(
    tmp_path, capsys, newer, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "softmax.py").write_text(SOLUTION)
    (tmp_path / "softmax.ipynb").write_text(
        '{"cells": [{"cell_type": "code", "source": "raise NotImplementedError"}]}'
    )
    for form in (".py", ".ipynb"):
        os.utime(tmp_path / f"softmax{form}", (0, 1000 + (form == newer)))
    assert main(["submit", "softmax", "--student", "ada", "--to", "in"]) == 0
    said = capsys.readouterr().out
    relation = "is older" if newer == ".py" else "IS NEWER"
    assert (
        f"file       softmax.py; softmax.ipynb beside it {relation} and was not handed in" in said
    )


def test_nobody_else_can_read_it(mine, tmp_path):
    (tmp_path / "in").chmod(0o3777)
    submit(mine, tmp_path / "in")
    submit(mine, tmp_path / "in")
    for path in (tmp_path / "in" / "ada", *(tmp_path / "in" / "ada").rglob("*")):
        assert path.stat().st_mode & 0o007 == 0, path
        assert path.stat().st_mode & 0o040, path
        assert path.stat().st_gid == (tmp_path / "in").stat().st_gid


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder to somebody else")
def test_where_others_have_to_be_able_to_read_it_it_is_said(mine, tmp_path, capsys, monkeypatch):
    """A file that the grader cannot read would be worse."""

    def refused(path, uid, gid):
        raise PermissionError

    os.chown(tmp_path / "in", 1234, 1234)
    monkeypatch.setattr("graders.students.store.os.chown", refused)
    submit(mine, tmp_path / "in")
    assert "note       others on this machine can read it" in capsys.readouterr().out
    assert (tmp_path / "in" / "ada" / "softmax" / "softmax.py").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("hours", [30, -3])
@pytest.mark.parametrize("source", ["due.toml", "gradebook.db"])
def test_a_due_date_of_the_course_is_told(mine, tmp_path, capsys, source, hours):
    due = datetime.now(UTC) + timedelta(hours=hours, minutes=5)
    if source == "due.toml":
        (tmp_path / "in" / source).write_text(f"softmax = {due:%Y-%m-%dT%H:%M:%SZ}\n")
    else:  # beside the folder, as in a course of nbgrader's
        with open_gradebook(tmp_path / source) as gradebook:
            gradebook.add_assignment("softmax", duedate=due.replace(tzinfo=None))
    assert submit(mine, tmp_path / "in") == 0
    said = capsys.readouterr().out
    assert f"due        {due:%Y-%m-%d %H:%M:%S} UTC" in said
    assert ("in 1 d 6 h" if hours > 0 else "which was 2 h 55 min ago: LATE") in said


@pytest.mark.parametrize("content", ["softmax = 'soon'", "not toml", "optimizers = 1979-05-27"])
def test_a_due_date_that_cannot_be_read_is_passed_over(mine, tmp_path, capsys, content):
    (tmp_path / "in" / "due.toml").write_text(content)
    (tmp_path / "gradebook.db").write_bytes(b"not a database" * 100)
    assert submit(mine, tmp_path / "in") == 0
    assert "due " not in capsys.readouterr().out


def test_the_receipt_counts_the_public_tests_that_pass(mine, tmp_path, capfd, monkeypatch):
    monkeypatch.setattr("graders.students.submit.run_checks", run_checks)
    mine.write_text(SOLUTION + "\nprint('loud')\ndef accuracy(scores, y):\n    return 2.0\n")
    assert submit(mine, tmp_path / "in") == 0
    said = capfd.readouterr().out
    assert "public     18 of 19 public tests pass; not all of accuracy" in said
    assert "loud" not in said


def test_unfinished_and_broken_work_is_stored_with_a_note(tmp_path, capsys):
    path = tmp_path / "softmax.py"
    path.write_text("def softmax(x):\n    raise NotImplementedError\n")
    assert submit(path, tmp_path / "in") == 0
    assert "1 functions still raise" in capsys.readouterr().out
    path.write_text("def softmax(x:\n")
    assert submit(path, tmp_path / "in") == 0
    assert "line 1 is not Python" in capsys.readouterr().out


@pytest.mark.parametrize("student", ["../eve", "a/b", "", ".hidden", "-rf", "x" * 65, "a\nb"])
def test_a_student_who_is_no_folder_name_is_refused(mine, tmp_path, capsys, student):
    arguments = [
        "submit",
        "softmax",
        str(mine),
        f"--student={student}",
        "--to",
        str(tmp_path / "in"),
    ]
    assert main(arguments) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not any((tmp_path / "in").iterdir())


@pytest.mark.parametrize("content", [b"not json", b"[]", b"{}"])
def test_an_unreadable_notebook_is_refused(tmp_path, capsys, content):
    path = tmp_path / "softmax.ipynb"
    path.write_bytes(content)
    assert submit(path, tmp_path / "in") == 2
    assert "softmax.ipynb is not a notebook" in capsys.readouterr().err
    assert not any((tmp_path / "in").iterdir())


ROWS = [f"{number},{number % 10}" for number in range(1000)]


def hand_in(path, to):
    to.mkdir(exist_ok=True)
    return main(["submit", "final_project", str(path), "--student", "ada", "--to", str(to)])


def write_predictions(path, rows):
    path.write_text("\n".join(["id,label", *rows]) + "\n")


def test_predictions_are_kept_as_entries_that_the_leaderboard_reads(tmp_path, capsys):
    mine, to = tmp_path / "mine.csv", tmp_path / "in"
    write_predictions(mine, ROWS)
    assert hand_in(mine, to) == 0
    assert "received   final_project from ada" in capsys.readouterr().out
    write_predictions(mine, ROWS[::-1])
    assert hand_in(mine, to) == 0
    held_out = read_held_out(course_root() / "graders/hidden/final_project/labels.csv")
    entries = read_students(to, held_out)["ada"]
    assert [entry.problem for entry in entries] == ["", ""]
    assert entries[0].scores is not None
    assert entries[0].scores == entries[1].scores


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda rows: rows[:-1], "1 of 1000 ids are missing, the first is 999"),
        (lambda rows: [*rows[:7], "7,12", *rows[8:]], "row 9: label 12"),
        (lambda rows: [*rows, "1000,3"], "row 1002: there is no image 1000"),
        (lambda rows: [*rows[:5], "4,1", *rows[6:]], "row 7: id 4 was in row 6"),
    ],
)
def test_predictions_that_cannot_be_ranked_are_refused_by_row(tmp_path, capsys, spoil, says):
    mine = tmp_path / "predictions.csv"
    write_predictions(mine, spoil(ROWS))
    assert hand_in(mine, tmp_path / "in") == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert str(mine) in said
    assert says in said
    assert not any((tmp_path / "in").iterdir())


def test_the_ids_are_those_of_the_shipped_images():
    with np.load(course_root() / "data" / "cifar10_subset.npz") as arrays:
        assert set(range(len(arrays["test_images"]))) == TEST_IDS

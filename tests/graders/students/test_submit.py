"""`dlcourse submit`: what is stored, the receipt, and what is refused."""

import numpy as np
import pytest

from course.cli import main
from graders.engine import submissions
from graders.engine.catalogue import course_root, source_path
from graders.engine.predictions import TEST_IDS
from graders.reports.leaderboard import read_held_out, read_students

SOLUTION = source_path("softmax").read_text()


@pytest.fixture
def mine(tmp_path):
    path = tmp_path / "my work.py"
    path.write_text(SOLUTION)
    return path


def submit(path, to, student="ada"):
    return main(["submit", "softmax", str(path), "--student", student, "--to", str(to)])


def test_what_is_stored_is_what_grading_reads(mine, tmp_path, capsys):
    assert submit(mine, tmp_path / "in") == 0
    receipt = capsys.readouterr().out
    (found,) = submissions.find(tmp_path / "in")
    work = submissions.read(found, "softmax")
    assert work is not None
    assert (found.student, work.content) == ("ada", mine.read_bytes())
    assert work.sha256 in receipt
    assert work.submitted_at in receipt


def test_a_second_submission_replaces_the_first_though_of_another_form(mine, tmp_path):
    submit(mine, tmp_path / "in")
    notebook = tmp_path / "softmax.ipynb"
    notebook.write_text('{"cells": [{"cell_type": "code", "source": "x = 1"}]}')
    assert submit(notebook, tmp_path / "in") == 0
    stored = {p.name for p in (tmp_path / "in" / "ada" / "softmax").iterdir()}
    assert stored == {"softmax.ipynb", "timestamp.txt"}
    assert [p.name for p in (tmp_path / "in" / "ada").iterdir()] == ["softmax"]


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
    assert not (tmp_path / "in").exists()


@pytest.mark.parametrize("content", [b"not json", b"[]", b"{}"])
def test_an_unreadable_notebook_is_refused(tmp_path, capsys, content):
    path = tmp_path / "softmax.ipynb"
    path.write_bytes(content)
    assert submit(path, tmp_path / "in") == 2
    assert "softmax.ipynb is not a notebook" in capsys.readouterr().err
    assert not (tmp_path / "in").exists()


ROWS = [f"{number},{number % 10}" for number in range(1000)]


def hand_in(path, to):
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
    assert not (tmp_path / "in").exists()


def test_the_ids_are_those_of_the_shipped_images():
    with np.load(course_root() / "data" / "cifar10_subset.npz") as arrays:
        assert set(range(len(arrays["test_images"]))) == TEST_IDS

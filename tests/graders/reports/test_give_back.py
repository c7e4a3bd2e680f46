"""Grades and feedback go back into files that the platforms made, and change nothing else there."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from course.cli import main
from graders.engine.results import ClassResults, SubmissionResult
from tests.graders.class_results import small_class, submission, write_results

GRADEBOOK = (
    "Student,ID,SIS User ID,SIS Login ID,Section,backprop (7),Softmax (8),Current Score\r\n"
    ",,,,,,Manual Posting,\r\n"
    "    Points Possible,,,,,100.00,10.00,(read only)\r\n"
    '"Lovelace, ""Ada""",11,S1,ada,"A, B",1.00,,50.00\r\n'
    '"Day, Bob",12,S2,bob@x.edu,A,2.00,EX,50.00\r\n'
    '"Cleo",13,S3,CLEO,A,2.00,,50.00\r\n'
    '"Fay",14,S4,fay,A,2.00,3.00,\r\n'
    '"Nobody",15,S5,nobody,A,,4.00,'
)
SHEET = (
    "\ufeffIdentifier,Full name,ID number,Status,Grade,Maximum Grade,Grade can be changed,"
    "Last modified (grade),Feedback comments\n"
    'Participant 1001,"Lovelace, Ada",ada,"Submitted",,"200,00",Yes,-,\n'
    "Participant 1002,Bob,bob,Submitted,,200.00,No,-,keep\n"
    'Participant 1003,Cleo,cleo,Submitted,,200.00,Yes,-,"old, one"\n'
    "Participant 1004,Fay,fay,Submitted,7,200.00,Yes,-,\n"
)


@pytest.fixture
def grades(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_results(small_class(), tmp_path)
    return tmp_path


def export(format: str, *options: str, status: int = 0) -> None:
    words = ["export", "softmax", "--from", ".", "--format", format, "--to", "out", *options]
    assert main(words) == status


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_canvas_gradebook_is_filled_and_else_the_same(
    grades: Path, capsys: pytest.CaptureFixture[str], encoding: str
) -> None:
    Path("book.csv").write_bytes(GRADEBOOK.encode(encoding))
    export("canvas", "--into", "book.csv")
    expected = GRADEBOOK.replace('"A, B",1.00,,', '"A, B",1.00,10,').replace(
        "CLEO,A,2.00,,", "CLEO,A,2.00,0,"
    )
    assert Path("out").read_bytes() == expected.encode(encoding)
    said = capsys.readouterr()
    assert "scaled to 10 points" in said.err
    assert "not in book.csv: bob, dan, eve" in said.err
    assert "no score yet: fay" in said.out


def test_a_roster_bridges_ids_that_the_gradebook_lacks(
    grades: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("book.csv").write_text(GRADEBOOK)
    Path("roster.csv").write_text("id,email,canvas\nbob,bob@x.edu,\ndan,,15\n")
    export("canvas", "--into", "book.csv", "--roster", "roster.csv", "--column", "softmax (8)")
    text = Path("out").read_text()
    assert '"Nobody",15,S5,nobody,A,,0,' in text
    assert "A,2.00,EX," in text  # bob's: excused stays excused
    assert "left as they are there: bob" in capsys.readouterr().err


def test_moodle_worksheet_is_filled(grades: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ada = replace(submission("ada", "passed", "failed", "passed"), remark="<b>")
    cleo = SubmissionResult("cleo", "rejected", message="=1+1 <script>")
    write_results(
        ClassResults("softmax", 100.0, "", (ada, cleo, *small_class().submissions[1:2])), Path()
    )
    Path("sheet.csv").write_text(SHEET, encoding="utf-8")
    export("moodle", "--into", "sheet.csv")
    assert Path("out").read_text(encoding="utf-8") == (
        SHEET.replace(',,"200,00",Yes,-,', ',160,"200,00",Yes,-,softmax: 40; accuracy: 40').replace(
            'Submitted,,200.00,Yes,-,"old, one"',
            "Submitted,0,200.00,Yes,-,rejected: =1+1 &lt;script&gt;",
        )
    )
    assert "left as they are there: bob" in capsys.readouterr().err


def test_a_comma_is_written_where_moodle_writes_commas(grades: Path) -> None:
    Path("sheet.csv").write_text(SHEET.replace('"200,00"', '"3,00"'), encoding="utf-8")
    write_results(
        ClassResults("softmax", 100.0, "", (submission("ada", "passed", "failed", "passed"),)),
        Path(),
    )
    export("moodle", "--into", "sheet.csv")
    assert ',"2,4","3,00",' in Path("out").read_text(encoding="utf-8")


def test_feedback_goes_back_as_the_download_was_called(
    grades: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    collected = Path("submitted/.collected/softmax.csv")
    collected.parent.mkdir(parents=True)
    collected.write_text(
        "student,back\n"
        "ada,lovelaceada_11_701_feedback.ipynb\n"
        "bob,Bob_1002_assignsubmission_file_/feedback.html\n"
        "cleo,cleo_13_702_feedback.ipynb\n"
        "dan,\n"
    )
    cell = nbformat.v4.new_code_cell("x = 1", outputs=[nbformat.v4.new_output("stream", text="ok")])
    graded = Path("autograded/ada/softmax/softmax.ipynb")
    graded.parent.mkdir(parents=True)
    del cell["id"]  # which format 4.4 does not have
    notebook = nbformat.v4.new_notebook(cells=[cell], nbformat_minor=4)
    graded.write_text(nbformat.writes(notebook))
    export("feedback", "--collected", "submitted")
    with zipfile.ZipFile("out") as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert set(texts) == {
        "lovelaceada_11_701_feedback.ipynb",
        "Bob_1002_assignsubmission_file_/feedback.html",
        "cleo_13_702_feedback.ipynb",
    }
    assert "3 of 6 entries differ" in texts["Bob_1002_assignsubmission_file_/feedback.html"]
    notebook = nbformat.reads(texts["lovelaceada_11_701_feedback.ipynb"], as_version=4)
    nbformat.validate(notebook)
    assert notebook.cells[0].source == "**softmax: 100 of 100**"
    assert notebook.cells[1].outputs[0].text == "ok"
    assert json.loads(texts["cleo_13_702_feedback.ipynb"])["cells"][0]["source"].endswith("100**")
    assert "not in the download: dan, eve, fay" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("format", "options", "said"),
    [
        ("canvas", ["--into", "no.csv"], "no.csv cannot be read"),
        ("canvas", ["--into", "book.csv", "--column", "x"], "no column called 'x'"),
        ("canvas", ["--into", "book.csv", "--column", "x"], "backprop (7), Softmax (8)"),
        ("canvas", ["--into", "sheet.csv"], "the gradebook that Canvas exports"),
        ("moodle", ["--into", "book.csv"], "is no grading worksheet"),
        ("csv", ["--into", "book.csv"], "--into has no meaning for csv"),
        ("feedback", [], "--collected"),
        ("feedback", ["--collected", "nowhere"], "nowhere/.collected/softmax.csv cannot be read"),
    ],
)
def test_bad_input_is_one_line(
    grades: Path, capsys: pytest.CaptureFixture[str], format: str, options: list[str], said: str
) -> None:
    Path("book.csv").write_text(GRADEBOOK)
    Path("sheet.csv").write_text(SHEET)
    export(format, *options, status=2)
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert not Path("out").exists()

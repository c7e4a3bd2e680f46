"""One student is forgotten: all that we write is looked through, and nobody else's changes."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from course.cli import main
from graders.bookkeeping import erasing
from graders.nbgrader import gradebook
from tests.graders.bookkeeping.small_course import Course, everything

MAIL = "bob@x.edu"
CANVAS = """\
Student,ID,SIS Login ID,Section,means (7)
Points Possible,,,,100
"Lovelace,
Ada",11,ada,bob,
"Bee, Bob",12,bob@x.edu,A,
"""
PLACES = ["--submitted", "submitted", "--grades", "grades", "--exports", "exports"]
FORGET = ["forget", "bob", *PLACES]


@pytest.fixture(scope="module")
def used(course: Course) -> Course:
    """A course in which a student left all the traces that there can be."""
    with Gradebook(gradebook.url(course.book)) as book:
        book.update_or_create_student("bob", first_name="Bob", email=MAIL)
    ask = ["regrade-request", "means", "--test", "test_means", "--note", "Why?"]
    assert main([*ask, "--student", "bob", "--to", "submitted"]) == 0
    assert main(["extend", "means", "--student", "bob", "ada", "--until", "2026-03-02 11:00"]) == 0
    answer = ["--student", "bob", "--test", "test_means", "--answer", "So.", "--points", "90"]
    assert main(["regrades", "means", "submitted", "--out", "grades/means", *answer]) == 0
    assert course.grade() == 0
    exports = course.folder / "exports"
    exports.mkdir()
    (exports / "canvas.csv").write_text(CANVAS)
    export = ["export", "means", "--from", "grades/means", "--format"]
    assert main([*export, "csv", "--to", "exports/all.csv"]) == 0
    assert main([*export, "gradescope", "--to", "exports/means.zip"]) == 0
    assert main([*export, "gradescope", "--to", "exports/each"]) == 0
    assert main(["course-report", "--from", "grades", "--out", "exports/course"]) == 0
    with zipfile.ZipFile(exports / "feedback.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        # as platforms call them, which is not what we do
        archive.writestr("bee_12_702_feedback.html", "<p>bob, submitted in time" + "<p>" * 99)
    (exports / "broken.zip").write_bytes((exports / "feedback.zip").read_bytes()[40:])
    collected = course.folder / "submitted" / ".collected"
    collected.mkdir()
    (collected / "means.csv").write_text("student,remarks\nada,bob\nbob,late\n")
    return course


def naming(folder: Path) -> set[str]:
    """The files in which bob stands, by name or by content."""
    found = set()
    for path, content in everything(folder).items():
        if path.endswith(".zip"):
            if path.endswith("broken.zip"):
                continue
            with zipfile.ZipFile(path) as archive:
                names = archive.namelist()
                content = b" ".join([*map(str.encode, names), *map(archive.read, names)])
        if b"bob" in content or "bob" in path:
            found.add(str(Path(path).relative_to(folder)))
    return found - {"tests/mutants/means/forgets_the_mean.py"}


def test_a_listing_changes_nothing(used, capsys):
    before = everything(used.folder)
    assert main(FORGET) == 0
    told = capsys.readouterr().out.splitlines()
    assert everything(used.folder) == before
    assert "would delete  submitted/bob: folder, 3 files" in told
    assert "would change  exports/canvas.csv: 1 line left out" in told
    assert told[-1].startswith("nothing was deleted: --yes")
    assert main(["forget", "bib", *PLACES]) == 0
    assert capsys.readouterr().out == "nothing of bib is there\n"


def test_nothing_of_the_student_is_left_though_the_first_run_was_killed(used, capsys, monkeypatch):
    before = everything(used.folder)
    with monkeypatch.context() as patch:

        def killed(path: Path, student: str) -> None:
            raise KeyboardInterrupt

        patch.setattr(erasing, "from_gradebook", killed)
        assert main([*FORGET, "--yes"]) == 130
    with Gradebook(gradebook.url(used.book)) as book:
        assert book.find_student("bob").email == MAIL
    assert main([*FORGET, "--yes"]) == 0
    told = capsys.readouterr().out
    # others wrote of bob, or it is not ours to change: that is said
    named = {
        "exports/course/course.html",
        "exports/means.zip",
        "exports/feedback.zip",
        "exports/canvas.csv",
        "submitted/.collected/means.csv",
    }
    assert naming(used.folder) == named
    for path in named:
        assert f"look at it  {path}: the name is in it" in told
    after = everything(used.folder)
    assert {path for path in before if "/ada" in path} <= after.keys()
    assert {path.name for path in Path("exports/each").iterdir()} == {"ada"}
    canvas = CANVAS.replace('"Bee, Bob",12,bob@x.edu,A,\n', "")
    assert Path("exports/canvas.csv").read_text() == canvas
    with Gradebook(gradebook.url(used.book)) as book:
        assert [student.id for student in book.students] == ["ada"]
        assert book.find_submission("means", "ada").score == 100


def test_the_trail_stays_and_is_nobodys(used):
    (nobody,) = {name for name, *_ in used.trail() if name != "ada"}
    assert nobody.startswith("forgotten-")
    changes = [(old, new) for name, old, new, _ in used.trail() if name == nobody]
    assert changes == [(None, 60), (60, 90)]
    lines = (used.out / "audit.jsonl").read_text().splitlines()
    (theirs, _) = [json.loads(line) for line in lines if nobody in line]
    assert theirs["now"]["sha256"] == ""


def test_grading_goes_on_without_them(used):
    assert used.grade() == 0
    assert used.scores() == {"ada": 100}
    assert len(used.trail()) == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["forget", "ada", "--grades", "nowhere"], "nowhere does not exist"),
        (["forget", " ", *PLACES], "STUDENT is empty"),
        (["forget", "ada"], "name at least one place"),
    ],
)
def test_what_cannot_be_is_one_line(used, capsys, words, said):
    assert main(words) == 2
    assert said in capsys.readouterr().err


def test_what_grading_writes_is_nobodys_folder(used):
    """An assignment may be called as a student is."""
    before = everything(used.folder)
    assert main(["forget", "means", *PLACES[2:], "--yes"]) == 0
    assert everything(used.folder) == before


def test_what_others_handed_in_is_neither_opened_nor_changed(used, capsys):
    """It may be called as what grading writes is, or hold a table of its own."""
    work = used.folder / "submitted" / "ada" / "means"
    for name in ("gradebook.db", "results.json", "audit.jsonl"):
        (work / name).write_text('{"student": "bob"}\n')
    (work / "predictions.csv").write_text("id,label\nbob,1\n")
    (work / "bob").mkdir()
    for other in ("bob+1", "bobby", "Bob"):
        (used.folder / "submitted" / other).mkdir()
        (used.folder / "submitted" / other / "means.py").write_text("")
    before = everything(used.folder)
    assert main([*FORGET, "--yes"]) == 0
    assert everything(used.folder) == before
    assert "look at it  submitted/ada/means/predictions.csv" in capsys.readouterr().out
    assert main(["forget", "ada", *PLACES, "--yes"]) == 0  # no file of hers keeps hers
    assert not (used.folder / "submitted" / "ada").exists()


def test_a_table_loses_rows_by_columns_that_name_people_alone():
    table = "name;section;e-mail\r\nbob;x;b@x\r\nada;bob;BOB\r\n"
    assert erasing.table_without(table, {"bob"}) == (table[: table.index("ada")], 1)

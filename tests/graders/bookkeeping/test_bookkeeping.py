"""Extensions, drops, --what-if and the trail of changes, in a course of one small assignment."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from course.cli import main
from graders.engine import audit
from graders.engine.allowances import Allowances, read_allowances
from graders.errors import BadInput
from graders.installation import ROOT
from graders.nbgrader import gradebook
from graders.nbgrader.backups import KEPT, back_up, backups
from tests.graders.bookkeeping.small_course import TEN_A_DAY, Course, everything
from tests.graders.nbgrader.command import nbgrader


def lost(course: Course) -> dict[str, float]:
    with Gradebook(gradebook.url(course.book)) as book:
        found = [book.find_submission("means", student) for student in ("ada", "bob")]
        return {s.student.id: s.late_submission_penalty or 0.0 for s in found}


def test_the_first_grade_is_the_first_line_of_the_trail(course):
    assert course.scores() == {"ada": 100, "bob": 60}
    assert course.trail() == [
        ("ada", None, 100, "first grade: graded"),
        ("bob", None, 60, "first grade: graded"),
    ]
    line = json.loads((course.out / "audit.jsonl").read_text().splitlines()[0])
    assert line["by"] == pwd.getpwuid(os.getuid()).pw_name
    assert datetime.fromisoformat(line["at"]).tzinfo is not None


def test_what_if_tells_what_a_changed_test_would_do_and_writes_nothing(course, capsys):
    text = course.tests.read_text()
    hard = 'check_close(z.mean(axis=0), np.zeros(3), "the mean of z\'s columns")'
    assert hard in text
    course.tests.write_text(text.replace(hard, "assert z.size"))
    files = everything(course.folder)
    assert course.grade("--what-if") == 0
    assert everything(course.folder) == files
    told = capsys.readouterr().out.splitlines()
    (row,) = (line.split() for line in told if line.startswith("bob"))
    assert row[:3] == ["bob", "60", "100"]
    assert "test_means failed (0 of 40) → passed (40 of 40)" in " ".join(row)
    assert "test_means: 1 gain and 0 lose, +40 points in all" in told
    assert told[-1] == "1 of 2 scores would change; nothing was written"
    assert not [line for line in told if line.startswith("ada")]


def test_grading_again_is_as_what_if_said_and_leaves_its_line(course):
    assert course.grade() == 0
    assert course.scores() == {"ada": 100, "bob": 100}
    assert course.trail()[2:] == [("bob", 60, 100, "regrade: tests 60 → 100")]


def test_what_if_needs_something_to_compare_with(course, capsys):
    results = course.out / "results.json"
    written = results.read_text()
    results.write_text(written.replace('"assignment": "means"', '"assignment": "medians"'))
    assert course.grade("--what-if") == 2
    assert "results.json is of medians, not means" in capsys.readouterr().err
    results.unlink()
    assert course.grade("--what-if") == 2
    assert "grade without it first" in capsys.readouterr().err
    results.write_text(written)


def test_nothing_new_leaves_no_line(course):
    before = len(course.trail())
    kept = len(backups(course.book))
    assert course.grade() == 0
    assert len(course.trail()) == before
    assert len(backups(course.book)) <= kept + 1


def test_an_extension_counts_at_once_and_grading_writes_it_down(course, capsys):
    with Gradebook(gradebook.url(course.book)) as book:
        book.update_or_create_assignment("means", duedate=datetime(2026, 3, 1, 12))
    assert course.grade() == 0
    assert course.scores() == {"ada": 90, "bob": 90}
    assert course.trail()[3:] == [
        ("ada", 100, 90, "late −0 → −10"),
        ("bob", 100, 90, "late −0 → −10"),
    ]
    capsys.readouterr()
    until = ["--until", "2026-03-01 18:00 UTC", "--reason", "ill"]
    assert main(["extend", "means", "--student", "ada", "adda", *until]) == 0
    assert "ada: means is due 2026-03-01 18:00 UTC" in capsys.readouterr().out
    export = ["export", "means", "--from", "grades/means", "--format", "csv", "--to", "lms.csv"]
    assert main(export) == 0
    assert "or extended, since `dlcourse grade` last ran: ada;" in capsys.readouterr().err
    assert "ada,,,,means,92.5," in Path("lms.csv").read_text()  # 18 hours late
    assert lost(course) == {"ada": 10, "bob": 10}  # an export writes no gradebook
    assert course.grade("--what-if") == 0
    assert "late −10 → −7.5" in capsys.readouterr().out
    assert course.grade() == 0
    assert "an extension for those who are not here: adda" in capsys.readouterr().err
    assert lost(course) == {"ada": 7.5, "bob": 10}
    why = "extension until 2026-03-01 18:00 UTC, late −10 → −7.5"
    assert course.trail()[5:] == [("ada", 90, 92.5, why)]
    with Gradebook(gradebook.url(course.book)) as book:
        assert book.find_submission("means", "ada").extension.total_seconds() == 6 * 3600


def test_an_extension_can_be_taken_back(course, capsys):
    assert main(["extend", "means", "--student", "ada", "adda", "--undo"]) == 0
    assert course.grade() == 0
    assert "adda" not in capsys.readouterr().err
    assert course.scores() == {"ada": 90, "bob": 90}
    capsys.readouterr()
    assert main(["allowances"]) == 0
    told = capsys.readouterr().out
    assert "ada   means  due when it is for everyone" in told
    lines = Path("allowances.csv").read_text().splitlines()
    assert len(lines) == 5  # both decisions are kept, each with who made it
    assert Path("allowances.csv").stat().st_mode & 0o777 == 0o600


def test_a_change_that_a_killed_run_could_not_note_is_noted_once_by_the_next(course, monkeypatch):
    before = course.trail()
    with Gradebook(gradebook.url(course.book)) as book:
        by_hand = book.find_grade("standardise", "means", "means", "bob")
        by_hand.manual_score, by_hand.needs_manual_grade = 70.0, False
        book.db.commit()

    def killed(path: Path, text: str) -> None:
        with path.open("a") as file:
            file.write(text[:30])  # a torn line
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(audit, "append", killed)
        assert course.grade() == 130
    assert course.trail() == before
    for _ in range(2):
        assert course.grade() == 0
        assert course.trail() == [*before, ("bob", 90, 60, "by hand: standardise tests → 70")]


def test_the_trail_is_read_by_student(course, capsys):
    assert main(["audit", "grades/means", "--student", "bob"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 4
    assert told[1].endswith("means  bob  60 → 100  regrade: tests 60 → 100")
    assert main(["audit", "grades/means", "--student", "bib"]) == 2
    assert main(["audit", "grades"]) == 2


def test_the_gradebook_before_a_write_can_be_taken_back(course):
    copies = backups(course.book)
    assert 3 <= len(copies) <= KEPT
    with closing(sqlite3.connect(copies[0])) as book:
        assert book.execute("select count(*) from submitted_assignment").fetchone() == (2,)
        assert book.execute("select duedate from assignment").fetchone() == (None,)
    shutil.copy(copies[0], course.book)
    assert course.grade() == 0
    assert course.scores() == {"ada": 100, "bob": 100}  # by the test that was mended since


def test_backups_are_as_many_as_are_told_and_no_two_in_a_row_alike(tmp_path):
    path = tmp_path / "gradebook.db"
    for number in range(KEPT + 3):
        with closing(sqlite3.connect(path)) as book:
            book.execute(f"create table t{number} (x)")
        for _ in range(2):
            back_up(path, seconds=1)
    assert len(backups(path)) == KEPT
    assert {item.name for item in (tmp_path / "backups").iterdir()} == {
        item.name for item in backups(path)
    }


def test_a_gradebook_that_is_being_written_is_not_waited_for_for_ever(tmp_path):
    path = tmp_path / "gradebook.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("create table t (x)")
        writer.execute("begin exclusive")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            back_up(path, seconds=0)
    assert backups(path) == []


def test_what_the_total_leaves_out(course, capsys):
    shares = {"means": 0.9, "softmax": 0.2, "backprop": 0.5, "sequences": 0.4}
    assert Allowances().left_out("ada", shares) == {}
    assert main(["drop", "means", "--reason", "a bug in it"]) == 0
    assert main(["drop", "means", "--undo", "--student", "bob"]) == 0
    assert main(["drop", "--lowest", "2"]) == 0
    allowed = read_allowances()
    lowest = {"softmax": "lowest", "sequences": "lowest"}
    assert allowed.left_out("ada", shares) == {"means": "dropped"} | lowest
    assert allowed.left_out("bob", shares) == lowest
    assert allowed.left_out("ada", {"means": 1.0, "softmax": 1.0}) == {"means": "dropped"}
    capsys.readouterr()
    assert main(["allowances"]) == 0
    assert "the lowest 2 left out of the total" in capsys.readouterr().out


def test_nbgraders_own_autograde_honours_an_extension_and_backs_up_first(course):
    config = (ROOT / "nbgrader_config.py").read_text()
    with (course.folder / "nbgrader_config.py").open("w") as file:
        file.write(f"{config}\n{TEN_A_DAY}")
    nbgrader(course.folder, "generate_assignment", "means")
    book = course.folder / "gradebook.db"
    with Gradebook(gradebook.url(book)) as opened:
        opened.update_or_create_assignment("means", duedate=datetime(2026, 3, 1, 12))
    until = ["--until", "2026-03-01 18:00 UTC"]
    assert main(["extend", "means", "--student", "ada", *until]) == 0
    nbgrader(course.folder, "autograde", "means")
    with Gradebook(gradebook.url(book)) as opened:
        found = {one: opened.find_submission("means", one) for one in ("ada", "bob")}
        lost = {one: it.late_submission_penalty for one, it in found.items()}
    assert lost == {"ada": 7.5, "bob": 10}
    assert len(backups(book)) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["extend", "means", "--student", "ada", "--until", "soon"], "--until: 'soon' is no time"),
        (["extend", "median", "--student", "ada", "--undo"], "'median'"),
        (["extend", "means", "--student", "", "--undo"], "name a student"),
        (["drop"], "--lowest K"),
        (["drop", "means", "--lowest", "1"], "one of the two"),
        (["drop", "--lowest", "-1"], "--lowest 0"),
        (["drop", "median"], "'median'"),
    ],
)
def test_a_decision_that_cannot_be_is_one_line_and_written_nowhere(course, capsys, arguments, said):
    before = everything(course.folder)
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert everything(course.folder) == before


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("extensoin,means,ada,2026-03-01", "line 2: kind 'extensoin'"),
        ("extension,means,ada,soon", "line 2: 'soon' is no time"),
        ("extension,means,,2026-03-01 12:00", "change the due date"),
        ("extension,,ada,2026-03-01 12:00", "names an assignment"),
        ("drop lowest,,,two", "line 2: value 'two'"),
    ],
)
def test_a_line_that_was_edited_wrongly_is_named(tmp_path, monkeypatch, line, said):
    monkeypatch.setenv("DLCOURSE_ROOT", str(tmp_path))
    (tmp_path / "allowances.csv").write_text(f"kind,assignment,student,value\n{line}\n")
    with pytest.raises(BadInput, match=said):
        read_allowances()


def test_a_file_that_people_wrote_is_read_and_added_to(tmp_path, monkeypatch):
    monkeypatch.setenv("DLCOURSE_ROOT", str(tmp_path))
    (tmp_path / "assignments" / "means").mkdir(parents=True)
    for name in ("means.py", "test_means.py"):
        (tmp_path / "assignments" / "means" / name).write_text("")
    path = tmp_path / "allowances.csv"
    text = "student,kind,assignment,value\r\nada,extension,means,2026-03-01 13:00 CET\r\n\r\n,,,"
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())  # no end of the last line
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert read_allowances().extensions("means") == {"ada": noon}
    words = ["extend", "means", "--student", "bob", "--until", "2026-03-02T12:00"]
    assert main(words) == 0
    assert read_allowances().extensions("means") == {"ada": noon, "bob": noon.replace(day=2)}
    assert read_allowances().extensions("medians") == {}

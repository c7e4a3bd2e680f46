"""Due dates, extensions and late penalties are nbgrader's, and `dlcourse grade` honours them."""

import csv
import json
import os
import re
import shutil
import zipfile
from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup
from nbgrader.api import Gradebook

from course.cli import main
from graders.engine.catalogue import course_root, source_path
from graders.engine.files import modified
from graders.nbgrader import gradebook
from graders.nbgrader import late as late_module

SOLUTION = source_path("softmax").read_text()
DUE = datetime(2026, 3, 1, 12)
HANDED_IN = {"ada": "2026-03-01 11:59:00", "bob": "2026-03-02 12:00:00",
             "cyd": "2026-03-02 12:00:00", "dan": "2026-03-03 12:00:00"}  # fmt: skip
TEN_A_DAY = """\
from nbgrader.plugins import BasePlugin
class PerDay(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return 10 * total_seconds_late / 86400
c = get_config()
c.AssignLatePenalties.plugin_class = PerDay
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What a class handed in, and a file that is nobody's."""
    folder = tmp_path_factory.mktemp("class")
    for student, moment in HANDED_IN.items():
        work = folder / "in" / student / "softmax"
        work.mkdir(parents=True)
        (work / "softmax.py").write_text(f"# {student}\n{SOLUTION}")
        (work / "timestamp.txt").write_text(f"{moment} UTC\n")
    (folder / "in" / "notes.txt").write_text("all there")
    return folder


@pytest.fixture(scope="module")
def grade(folder):
    """The command itself, where the course's configuration has a penalty."""
    config, asked = folder / "nbgrader_config.py", []
    config.write_text(TEN_A_DAY)
    real = late_module.late_penalty

    def configured(config_file):
        asked.append(config_file)
        return real(config)

    def run(*options):
        arguments = ["grade", "softmax", str(folder / "in"), "--out", str(folder / "out")]
        assert main([*arguments, "--jobs", "1", *options]) == 0
        assert asked[-1] == course_root() / "nbgrader_config.py"

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(late_module, "late_penalty", configured)
        patch.setenv("DLCOURSE_SECRET", "for a test")
        yield run


@pytest.fixture(scope="module")
def graded(folder, grade):
    """Graded; then an instructor sets the due date, grants and grades; then graded again."""
    grade()
    with Gradebook(gradebook.url(folder / "out" / "gradebook.db")) as book:
        before = {s: book.find_submission("softmax", s).late_submission_penalty for s in HANDED_IN}
        book.update_or_create_assignment("softmax", duedate=DUE)
        book.grant_extension("softmax", "cyd", days=2)
        accuracy = book.find_grade("accuracy", "softmax", "softmax", "dan")
        accuracy.manual_score = 3
        comment = book.find_comment("accuracy-code", "softmax", "softmax", "dan")
        comment.manual_comment = "Ties are\nnot *counted*."
        book.db.commit()
    assert set(before.values()) <= {0, None}
    grade()
    return folder / "out"


def exported(out):
    assert main(["export", "softmax", "--from", str(out), "--format", "csv",
                 "--to", str(out / "lms.csv")]) == 0  # fmt: skip
    with (out / "lms.csv").open(newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def scores_in_gradebook(out):
    with Gradebook(gradebook.url(out / "gradebook.db")) as book:
        found = [book.find_submission("softmax", student) for student in HANDED_IN]
        return [(s.student.id, s.score, s.late_submission_penalty or 0) for s in found]


def test_a_day_late_costs_ten_points_but_not_with_an_extension(graded):
    assert scores_in_gradebook(graded) == [
        ("ada", 100, 0),
        ("bob", 100, 10),
        ("cyd", 100, 0),
        ("dan", 95, 20),  # of a human's 3 points for accuracy, which is worth 8
    ]


def test_exports_take_the_penalty_off(graded):
    rows = exported(graded)
    assert {student: float(row["score"]) for student, row in rows.items()} == {
        "ada": 100, "bob": 90, "cyd": 100, "dan": 75,
    }  # fmt: skip


def test_everything_that_is_written_tells_the_final_score_and_why(graded, capsys):
    records = json.loads((graded / "results.json").read_text())["submissions"]
    dan = {record["student"]: record for record in records}["dan"]
    assert dan["score"] == 100  # of the tests, as ever
    assert (dan["final_score"], dan["raw_score"], dan["late_penalty"]) == (75, 95, 20)
    comment = "Ties are\nnot *counted*."
    assert dan["by_hand"] == [{"task": "accuracy", "score": 3, "comment": comment}]
    with (graded / "grades.csv").open(newline="") as file:
        row = {row["student"]: row for row in csv.DictReader(file)}["dan"]
    assert (row["score"], row["raw_score"], row["late_penalty"]) == ("75.0", "95.0", "20.0")
    assert row["submitted_at_source"] == "timestamp.txt"
    assert row["comments"] == "accuracy: Ties are not *counted*."
    page = BeautifulSoup((graded / "feedback" / "dan.html").read_text(), "html.parser")
    text = re.sub(r"\s+", " ", page.get_text(" "))
    assert "75 of 100 points Automatic tests: 100." in text
    assert "With what was graded by hand: 95. Late: −20." in text
    assert "accuracy 3 / 8 points Comment: Ties are not *counted*." in text
    report = BeautifulSoup((graded / "report.html").read_text(), "html.parser").get_text(" ")
    assert "91.2 mean of graded" in re.sub(r"\s+", " ", report)
    assert main(["export", "softmax", "--from", str(graded), "--format", "moodle",
                 "--to", str(graded / "moodle.csv")]) == 0  # fmt: skip
    assert "since" not in capsys.readouterr().err  # nothing changed after the pages were written
    with (graded / "moodle.csv").open(newline="") as file:
        feedback = {r["Username"]: r["softmax (Feedback)"] for r in csv.DictReader(file)}["dan"]
    assert "accuracy: 3 (by hand), Ties are not *counted*.; " in feedback
    assert feedback.endswith("late penalty: 20")


def test_the_summary_tells_the_final_mean_and_who_lost_what(graded, grade, capsys):
    grade()
    told = capsys.readouterr().out
    assert "mean 91.2 of 100 (100.0 by the tests alone)" in told
    assert "late, and lost points: bob, dan\n" in told
    assert "points or comments by hand: dan\n" in told


def test_nothing_changes_when_everything_is_graded_again(graded, grade, capsys):
    before = scores_in_gradebook(graded)
    grade("--force")
    assert scores_in_gradebook(graded) == before
    warnings = [line for line in capsys.readouterr().err.splitlines() if "notes.txt" in line]
    assert len(warnings) == 1  # a file that is nobody's
    assert "not graded" in warnings[0]


def test_no_penalty_falls_on_a_guessed_time_unless_told(folder, graded, grade, capsys):
    file = folder / "in" / "eve" / "softmax.py"
    file.parent.mkdir()
    file.write_text(SOLUTION)
    (file.parent / "timestamp.txt").write_text("2026-02-01 12:00 UTC")  # eve's own
    late = datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp()
    os.utime(file, (late, late))
    grade()
    assert "without a penalty: eve (--trust-file-times" in capsys.readouterr().err
    record = json.loads((graded / "results.json").read_text())["submissions"][-1]
    assert (record["student"], record["submitted_at_source"]) == ("eve", "file time")
    with Gradebook(gradebook.url(graded / "gradebook.db")) as book:
        assert (
            book.find_submission("softmax", "eve").timestamp is None
        )  # so nbgrader's is none, too
    assert float(exported(graded)["eve"]["score"]) == 100
    grade("--trust-file-times")
    assert "without a penalty" not in capsys.readouterr().err
    assert float(exported(graded)["eve"]["score"]) == 90
    shutil.rmtree(file.parent)


def test_a_time_inside_a_students_zip_is_never_taken(folder, graded, grade):
    path = folder / "in" / "fay.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("softmax/softmax.py", SOLUTION)
        archive.writestr("softmax/timestamp.txt", "2026-02-01 12:00 UTC")
    grade()
    record = json.loads((graded / "results.json").read_text())["submissions"][-1]
    assert (record["student"], record["submitted_at_source"]) == ("fay", "file time")
    assert record["submitted_at"] == modified(path).isoformat()
    path.unlink()

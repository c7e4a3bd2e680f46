"""`dlcourse grade` from a folder of submissions to what it writes, through the command line."""

import csv
import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from course.cli import main
from course.demo_class import make_class
from graders.engine.catalogue import source_path

SOLUTION = source_path("softmax").read_text()


def read_results(out):
    return json.loads((out / "results.json").read_text())


def by_student(out):
    return {s["student"]: s for s in read_results(out)["submissions"]}


def scores(out):
    """All of a run that must not depend on how it was run: everything but times."""
    result = {}
    for student, submission in by_student(out).items():
        tests = [(t["name"], t["score"], t["status"]) for t in submission["tests"]]
        result[student] = (submission["status"], submission["score"], tests)
    return result


def tasks_lost(submission):
    return {test["task"] for test in submission["tests"] if test["score"] == 0}


@pytest.fixture(scope="session")
def graded(demo):
    """The demo's class, and what the demo graded it to."""
    return demo.out


@pytest.mark.parametrize("student", ["ada", "ben", "chen", "ned"])
def test_correct_work_in_every_form_has_all_points(graded, student):
    submission = by_student(graded / "grades")[student]
    assert (submission["status"], submission["score"]) == ("graded", 100.0), submission


@pytest.mark.parametrize(
    ("student", "task"),
    [
        ("dora", "softmax"),
        ("emil", "softmax"),
        ("fay", "svm_loss"),
        ("gus", "mse_loss"),
        ("hana", "softmax_loss"),
        ("kim", "train_linear_softmax"),
        ("mia", "cross_entropy"),
    ],
)
def test_a_mistake_costs_its_own_task(graded, student, task):
    submission = by_student(graded / "grades")[student]
    lost = tasks_lost(submission)
    assert task in lost
    # linear_softmax_loss is built on softmax_loss and training on both: no more than these
    assert lost <= {task, "linear_softmax_loss", "train_linear_softmax"}
    assert submission["score"] >= 70


def test_the_endless_loop_is_a_timeout_that_names_the_limit(graded):
    tests = by_student(graded / "grades")["kim"]["tests"]
    messages = [t["message"] for t in tests if t["status"] == "timeout"]
    first, *others = messages
    assert first == "stopped after the 5 s that a submission may take"
    assert set(others) == {"not run: the 5 s that a submission may take were used up before"}


@pytest.mark.parametrize("student", ["lee", "ivan"])
def test_cheating_and_empty_stubs_earn_nothing(graded, student):
    assert by_student(graded / "grades")[student]["score"] == 0


def test_a_syntax_error_shows_its_line_in_every_test(graded):
    submission = by_student(graded / "grades")["jo"]
    assert submission["status"] == "graded"
    assert {test["status"] for test in submission["tests"]} == {"error"}
    assert all("def softmax(scores:" in test["message"] for test in submission["tests"])
    assert len(submission["tests"]) == len(by_student(graded / "grades")["ada"]["tests"])


def test_an_empty_folder_is_missing_and_names_what_was_expected(graded):
    submission = by_student(graded / "grades")["olga"]
    assert (submission["status"], submission["score"]) == ("missing", 0)
    assert "softmax.py" in submission["message"]


def test_feedback_never_shows_hidden_tests_or_what_they_expect(graded):
    hidden = Path(source_path("softmax").parents[2] / "graders/hidden/softmax/test_softmax.py")
    code = {
        line.strip()
        for line in hidden.read_text().splitlines()
        if len(line.strip()) > 25 and not line.strip().startswith(('"""', "#", "@pytest"))
    }
    hints = {line for line in code if "hint=" in line or line.startswith('"')}
    docstrings = hidden.read_text()
    for page in (graded / "grades" / "feedback").glob("*.html"):
        text = page.read_text()
        shown = {line for line in code - hints if line in text}
        # prose of a docstring is meant to be read
        assert all(f'"""{line}' in docstrings or line.endswith(".") for line in shown), shown
        assert "DESIRED" not in text


def test_every_output_is_there_and_agrees(graded):
    out = graded / "grades"
    results = by_student(out)
    with (out / "grades.csv").open() as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert {s: float(row["score"]) for s, row in rows.items()} == {
        s: submission["score"] for s, submission in results.items()
    }
    assert {path.stem for path in (out / "feedback").glob("*.html")} == set(results)
    assert "report" in (out / "report.html").read_text().lower()
    with sqlite3.connect(out / "gradebook.db") as database:
        students = {name for (name,) in database.execute("select id from student")}
    assert {"ada", "ben", "chen"} <= students
    assert "NONE" not in read_results(out)["isolation"]


def test_nbgraders_timestamp_is_when_it_was_submitted(graded):
    assert by_student(graded / "grades")["mia"]["submitted_at"] == "2026-03-01T23:59:00+00:00"


def test_a_second_run_grades_nothing_and_says_the_same(graded, tmp_path):
    out = tmp_path / "grades"
    shutil.copytree(graded / "grades", out)
    before = (out / "results.json").read_text()
    lines = (out / "records.jsonl").read_text()
    command = ["grade", "softmax", str(graded / "submitted"), "--out", str(out), "--timeout", "5"]
    assert main(command) == 0
    assert (out / "results.json").read_text() == before
    assert (out / "records.jsonl").read_text() == lines


def small_class(folder, names=("ada", "dora", "gus")):
    make_class("softmax", SOLUTION, SOLUTION, folder / "all")
    for name in names:
        shutil.move(folder / "all" / name, folder / "submitted" / name)
    return folder / "submitted"


@pytest.fixture
def secret(monkeypatch):
    monkeypatch.setenv("DLCOURSE_SECRET", "for a test")


@pytest.mark.usefixtures("secret")
def test_scores_do_not_depend_on_jobs_force_or_company(tmp_path):
    submitted = small_class(tmp_path)
    command = ["grade", "softmax", str(submitted), "--out"]
    assert main([*command, f"{tmp_path}/one", "--jobs", "1"]) == 0
    assert main([*command, f"{tmp_path}/two", "--jobs", "2"]) == 0
    shutil.rmtree(submitted / "ada")
    assert main([*command, f"{tmp_path}/alone"]) == 0
    together, other, alone = (scores(tmp_path / name) for name in ("one", "two", "alone"))
    assert together == other
    del together["ada"]
    assert alone == together


@pytest.mark.usefixtures("secret")
def test_changed_work_is_graded_again_and_only_it(tmp_path):
    submitted = small_class(tmp_path)
    out = tmp_path / "grades"
    assert main(["grade", "softmax", str(submitted), "--out", str(out)]) == 0
    before = (out / "records.jsonl").read_text().count("\n")
    (submitted / "dora" / "softmax.py").write_text(SOLUTION)
    assert main(["grade", "softmax", str(submitted), "--out", str(out)]) == 0
    assert by_student(out)["dora"]["score"] == 100
    assert (out / "records.jsonl").read_text().count("\n") == before + 1


def test_two_students_meet_different_numbers_and_each_the_same_again():
    from graders.engine.secret import student_seed

    ada = student_seed(b"secret", "softmax", "ada")
    assert ada == student_seed(b"secret", "softmax", "ada")
    assert len({ada, student_seed(b"secret", "softmax", "bob")}) == 2
    assert ada != student_seed(b"secret", "optimizers", "ada")
    assert ada != student_seed(b"another", "softmax", "ada")
    assert student_seed(b"s", "ab", "c") != student_seed(b"s", "a", "bc")


def test_the_secret_is_made_once_and_private(tmp_path, monkeypatch):
    from graders.engine.secret import course_secret

    monkeypatch.delenv("DLCOURSE_SECRET", raising=False)
    first = course_secret(tmp_path)
    assert course_secret(tmp_path) == first
    assert (tmp_path / ".dlcourse-secret").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [".dlcourse-secret"]
    monkeypatch.setenv("DLCOURSE_SECRET", "given")
    assert course_secret(tmp_path) == b"given"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sofmax", "{class}", "--out", "{out}"], "no assignment is called 'sofmax'"),
        (["softmax", "{class}/nowhere", "--out", "{out}"], "nowhere is not a folder"),
        (["softmax", "{empty}", "--out", "{out}"], "holds no submission"),
        (["softmax", "{class}", "--out", "{out}", "--jobs", "0"], "--jobs 0"),
        (["softmax", "{class}", "--out", "{out}", "--timeout", "0"], "--timeout 0"),
        (["softmax", "{class}", "--out", "{file}"], "is a file"),
    ],
)
def test_bad_input_is_one_line_and_status_2(tmp_path, capsys, arguments, said):
    places = {name: tmp_path / name for name in ("class", "empty", "file", "out")}
    (places["class"] / "ada").mkdir(parents=True)
    places["empty"].mkdir()
    places["file"].write_text("")
    assert main(["grade", *(argument.format(**places) for argument in arguments)]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert not places["out"].exists()


def test_a_folder_in_use_is_refused(tmp_path, capsys):
    from graders.engine.records import only_grader

    submitted = small_class(tmp_path)
    out = tmp_path / "grades"
    out.mkdir()
    with only_grader(out):
        assert main(["grade", "softmax", str(submitted), "--out", str(out)]) == 2
    assert "another dlcourse grade" in capsys.readouterr().err


def test_a_full_disk_is_one_line_and_keeps_what_was_there(graded, tmp_path):
    out = tmp_path / "grades"
    shutil.copytree(graded / "grades", out)
    before = (out / "results.json").read_text()
    limit = 20_000  # bytes that any file may have: the same error as a disk that is full
    script = (
        "import resource, signal, sys; from course.cli import main; "
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit})); "
        "sys.exit(main(sys.argv[1:]))"
    )
    arguments = ["grade", "softmax", str(graded / "submitted"), "--out", str(out)]
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert "too large" in done.stderr.splitlines()[-1]
    assert (out / "results.json").read_text() == before
    assert not [path for path in out.iterdir() if path.name.startswith(".results.json")]


def test_no_sandbox_is_loud(tmp_path, capsys):
    submitted = small_class(tmp_path, ("ada",))
    out = tmp_path / "grades"
    assert main(["grade", "softmax", str(submitted), "--out", str(out), "--no-sandbox"]) == 0
    assert "NONE" in capsys.readouterr().err
    assert read_results(out)["isolation"].startswith("NONE")
    assert by_student(out)["ada"]["score"] == 100


@pytest.mark.parametrize("out", ["grades", ".", "ada/grades"])
def test_an_out_inside_the_submissions_is_refused(tmp_path, capsys, out):
    (tmp_path / "in" / "ada").mkdir(parents=True)
    arguments = ["grade", "softmax", str(tmp_path / "in"), "--out", str(tmp_path / "in" / out)]
    assert main(arguments) == 2
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    assert "lies inside" in line
    assert [path.name for path in tmp_path.rglob("*")] == ["in", "ada"]

"""The gradebook is nbgrader's own: its API, its exporter and its generator read and extend it."""

import csv
import os
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import jupytext
import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from nbconvert.filters import markdown2html
from nbgrader.api import Gradebook, MissingEntry, get_alembic_version

from graders.engine.results import ClassResults, SubmissionResult
from graders.errors import BadInput
from graders.nbgrader import gradebook
from graders.nbgrader.gradebook_cells import released
from tests.graders.class_results import TASKS, small_class, submission
from tests.graders.nbgrader.command import nbgrader

SOURCE = """\
# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% nbgrader={"grade": false, "grade_id": "softmax-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def softmax(scores):
    ### BEGIN SOLUTION
    return scores
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "softmax", "locked": true, "points": 60, "schema_version": 3, "solution": false, "task": false}
assert softmax(1) == 1

# %% nbgrader={"grade": false, "grade_id": "accuracy-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def accuracy(scores, y):
    ### BEGIN SOLUTION
    return 1.0
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "accuracy", "locked": true, "points": 40, "schema_version": 3, "solution": false, "task": false}
assert accuracy(1, 1) == 1.0

# %% [markdown] nbgrader={"grade": true, "grade_id": "essay", "locked": false, "points": 10, "schema_version": 3, "solution": true, "task": false}
# Why does it overflow?
"""  # noqa: E501


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    path = tmp_path_factory.mktemp("assignments") / "softmax.py"
    path.write_text(SOURCE)
    return path


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """A gradebook of nobody."""
    out = tmp_path_factory.mktemp("empty")
    gradebook.update(ClassResults("softmax", 100.0, ""), TASKS, out)
    return (out / "gradebook.db").read_bytes()


@pytest.fixture
def out(tmp_path, empty):
    (tmp_path / "gradebook.db").write_bytes(empty)
    return tmp_path


def opened(out: Path) -> Gradebook:
    return Gradebook(gradebook.url(out / "gradebook.db"))


def only(*submissions):
    return ClassResults("softmax", 100.0, "", submissions)


def test_nbgrader_reads_every_score(out):
    gradebook.update(small_class(), TASKS, out)
    with opened(out) as gb:
        assert gb.find_assignment("softmax").max_score == 100
        assert gb.find_notebook("softmax", "softmax").max_score == 100
        assert gb.find_grade_cell("accuracy", "softmax", "softmax").max_score == 40
        bob = gb.find_submission("softmax", "bob")
        assert bob.score == bob.code_score == 80
        assert bob.timestamp == datetime(2026, 3, 1, 12)
        assert not bob.needs_manual_grade
        assert gb.find_grade("softmax", "softmax", "softmax", "bob").auto_score == 40
        assert gb.find_grade("softmax", "softmax", "softmax", "bob").failed_tests
        assert not gb.find_grade("accuracy", "softmax", "softmax", "bob").failed_tests
        dicts = {d["student"]: d for d in gb.submission_dicts("softmax")}
        assert {name: d["score"] for name, d in dicts.items()} == {
            "ada": 100, "bob": 80, "cleo": 0, "eve": 0, "fay": 0,
        }  # fmt: skip
        assert {name for name, d in dicts.items() if d["needs_manual_grade"]} == {"fay"}


def test_the_schema_is_the_one_that_nbgrader_writes(out, monkeypatch):
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    with opened(out) as gb:
        version = gb.db.scalar(sa.text("SELECT version_num FROM alembic_version"))
    assert version == get_alembic_version()


def test_a_broken_grader_leaves_no_score(out):
    gradebook.update(small_class(), TASKS, out)
    with opened(out) as gb:
        for task in TASKS:
            grade = gb.find_grade(task, "softmax", "softmax", "fay")
            assert grade.auto_score is None
            assert grade.needs_manual_grade


def test_a_missing_submission_is_a_student_without_one(out):
    gradebook.update(small_class(), TASKS, out)
    with opened(out) as gb:
        assert gb.find_student("dan").score == 0
        with pytest.raises(MissingEntry):
            gb.find_submission("softmax", "dan")


def test_what_a_human_entered_survives_every_regrade(out, source):
    gradebook.update(small_class(), TASKS, out, source=source)
    with opened(out) as gb:
        by_hand = gb.find_grade("softmax", "softmax", "softmax", "bob")
        by_hand.manual_score, by_hand.extra_credit = 55.0, 3.0
        by_hand.needs_manual_grade = False
        gb.find_grade("essay", "softmax", "softmax", "bob").manual_score = 7.0
        gb.find_grade("essay", "softmax", "softmax", "bob").needs_manual_grade = False
        gb.find_comment("softmax-code", "softmax", "softmax", "bob").manual_comment = "Nice."
        gb.find_submission_notebook("softmax", "softmax", "bob").flagged = True
        gb.update_or_create_student("bob", first_name="Bob", email="bob@example.org")
        gb.db.commit()
        gb.grant_extension("softmax", "bob", days=2)

    def check(*, auto, review):
        with opened(out) as gb:
            grade = gb.find_grade("softmax", "softmax", "softmax", "bob")
            assert (grade.auto_score, grade.manual_score, grade.score) == (auto, 55.0, 58.0)
            assert grade.needs_manual_grade == review
            assert gb.find_grade("essay", "softmax", "softmax", "bob").score == 7.0
            comment = gb.find_comment("softmax-code", "softmax", "softmax", "bob")
            assert comment.comment == "Nice."
            assert gb.find_submission_notebook("softmax", "softmax", "bob").flagged
            assert gb.find_student("bob").email == "bob@example.org"
            assert gb.find_submission("softmax", "bob").extension.days == 2

    gradebook.update(small_class(), TASKS, out, source=source)
    check(auto=40.0, review=False)
    better = only(submission("bob", "passed", "passed", "passed"))
    gradebook.update(better, TASKS, out, source=source)
    check(auto=60.0, review=True)  # the score under the human's changed: worth a second look
    gradebook.update(only(SubmissionResult("bob", "failed")), TASKS, out, source=source)
    check(auto=None, review=True)
    gradebook.update(only(SubmissionResult("bob", "missing")), TASKS, out, source=source)
    check(auto=0.0, review=True)


def test_students_who_are_not_in_this_run_keep_their_grades(out):
    gradebook.update(small_class(), TASKS, out)
    gradebook.update(only(submission("gus", "passed", "failed", "failed")), TASKS, out)
    with opened(out) as gb:
        assert gb.find_submission("softmax", "ada").score == 100
        assert gb.find_submission("softmax", "gus").score == 40


def test_a_failure_that_was_mended_gets_its_score(out):
    gradebook.update(only(SubmissionResult("fay", "failed")), TASKS, out)
    gradebook.update(only(submission("fay", "passed", "passed", "failed")), TASKS, out)
    with opened(out) as gb:
        fay = gb.find_submission("softmax", "fay")
        assert fay.score == 60
        assert not fay.needs_manual_grade


def test_comments_say_what_did_not_pass(out, source):
    gradebook.update(small_class(), TASKS, out, source=source)
    with opened(out) as gb:
        comment = gb.find_comment("softmax-code", "softmax", "softmax", "bob").comment
        assert comment.splitlines() == [
            "What test_large_scores asks. (0 of 20 points, failed)",
            "",
            "    3 of 6 entries differ",
            "Hint: Hint of test_large_scores.",
        ]
        assert gb.find_comment("accuracy-code", "softmax", "softmax", "bob").comment is None
        eve = gb.find_comment("accuracy-code", "softmax", "softmax", "eve")
        assert eve.comment == "rejected\n\n    not valid JSON: line 3"
        needs = gb.find_grade("essay", "softmax", "softmax", "bob").needs_manual_grade
        assert needs  # nobody has read the essay yet


@pytest.mark.parametrize(
    "attack", ["<script>alert(1)</script>", "x\n</code>\r<img src=x onerror=y>"]
)
def test_a_students_words_are_no_markup_in_nbgraders_feedback(out, source, attack):
    mallory = submission("mallory", "error", "passed", "passed", message=attack)
    gradebook.update(only(mallory), TASKS, out, source=source)
    with opened(out) as gb:
        comment = gb.find_comment("softmax-code", "softmax", "softmax", "mallory").comment
    page = BeautifulSoup(markdown2html(comment), "html.parser")  # as its template renders it
    assert not page.select("script, img")
    assert "alert(1)" in page.code.get_text() or "onerror" in page.code.get_text()


def test_late_penalties_respect_extensions_and_manual_scores(out):
    late = submission("ann", "passed", "passed", "failed", submitted_at="2026-03-02T00:00:00+00:00")
    asked = []

    def half(student, score, seconds_late):
        asked.append((student, score, seconds_late))
        return score / 2

    due = datetime(2026, 3, 1, 12)
    gradebook.update(only(late), TASKS, out, due, penalty=half)
    assert asked == [("ann", 60.0, 12 * 3600)]
    with opened(out) as gb:
        assert gb.find_submission("softmax", "ann").late_submission_penalty == 30
        gb.find_grade("accuracy", "softmax", "softmax", "ann").manual_score = 20.0
        gb.db.commit()
    gradebook.update(only(late), TASKS, out, penalty=half)  # the due date is in the gradebook now
    assert asked[-1] == ("ann", 80.0, 12 * 3600)
    gradebook.update(only(late), TASKS, out, penalty=lambda *_: 1e9)
    with opened(out) as gb:
        assert gb.find_submission("softmax", "ann").late_submission_penalty == 80
        gb.grant_extension("softmax", "ann", hours=12)
    gradebook.update(only(late), TASKS, out, penalty=half)
    assert len(asked) == 2
    with opened(out) as gb:
        assert gb.find_submission("softmax", "ann").late_submission_penalty == 0


def test_two_assignments_share_a_gradebook(out):
    gradebook.update(small_class(), TASKS, out)
    other = replace(small_class(), assignment="other")
    gradebook.update(other, TASKS, out)
    with opened(out) as gb:
        assert gb.find_student("ada").score == 200
        assert gb.find_submission("softmax", "ada").score == 100


def test_a_renamed_task_leaves_nothing_behind_but_what_a_human_gave(out, source):
    gradebook.update(small_class(), {"old": 1.0, "graded": 2.0}, out)
    with opened(out) as gb:
        gb.find_grade("graded", "softmax", "softmax", "ada").manual_score = 2.0
        gb.db.commit()
    gradebook.update(small_class(), TASKS, out, source=source)
    with opened(out) as gb:
        cells = {cell.name for cell in gb.find_notebook("softmax", "softmax").grade_cells}
        assert cells == {"softmax", "accuracy", "essay", "graded"}
        assert gb.find_submission("softmax", "ada").score == 102


def test_a_class_takes_few_statements_and_one_commit(out):
    results = only(*(submission(f"s{i}", "passed", "passed", "failed") for i in range(300)))
    commits, statements = [], []

    def on_commit(connection):
        commits.append(connection)

    def on_execute(connection, cursor, statement, *rest):
        statements.append(statement)

    sa.event.listen(sa.engine.Engine, "commit", on_commit)
    sa.event.listen(sa.engine.Engine, "before_cursor_execute", on_execute)
    try:
        gradebook.update(results, TASKS, out)
    finally:
        sa.event.remove(sa.engine.Engine, "commit", on_commit)
        sa.event.remove(sa.engine.Engine, "before_cursor_execute", on_execute)
    assert len(commits) <= 3
    assert len(statements) < 60
    with opened(out) as gb:
        assert len(gb.submission_dicts("softmax")) == 300


def test_nbgraders_exporter_reads_it(out):
    gradebook.update(small_class(), TASKS, out)
    nbgrader(out, "export", f"--db={gradebook.url(out / 'gradebook.db')}", "--to=grades.csv")
    with (out / "grades.csv").open() as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert {name: float(row["score"]) for name, row in rows.items()} == {
        "ada": 100, "bob": 80, "cleo": 0, "dan": 0, "eve": 0, "fay": 0,
    }  # fmt: skip
    assert rows["bob"]["timestamp"] == "2026-03-01 12:00:00"
    assert rows["bob"]["max_score"] == "100.0"


def test_nbgraders_generator_finds_the_cells_it_would_have_made(out, source):
    """With submissions in the gradebook nbgrader refuses any cell that is new or gone."""
    gradebook.update(small_class(), TASKS, out, source=source)
    folder = out / "source" / "softmax"
    folder.mkdir(parents=True)
    jupytext.write(jupytext.read(source), folder / "softmax.ipynb")
    with opened(out) as gb:
        ours = {c.name: c.checksum for c in gb.find_notebook("softmax", "softmax").source_cells}
    nbgrader(out, "generate_assignment", "softmax", "--force")
    with opened(out) as gb:
        theirs = {c.name: c.checksum for c in gb.find_notebook("softmax", "softmax").source_cells}
        assert gb.find_submission("softmax", "ada").score == 100
    assert ours == theirs
    assert len(ours) == 5


def test_the_released_notebook_holds_no_solution(source):
    text = "\n".join(cell.source for cell in released(source).cells)
    assert "return scores" not in text
    assert "NotImplementedError" in text


def test_a_file_that_is_no_gradebook_is_refused_and_kept(tmp_path):
    path = tmp_path / "gradebook.db"
    path.write_text("grades of last year\n" * 100)
    with pytest.raises(BadInput, match=r"gradebook\.db: .*move it away"):
        gradebook.update(small_class(), TASKS, tmp_path)
    assert path.read_text().startswith("grades of last year")


def test_a_gradebook_that_is_busy_says_so(out, monkeypatch):
    monkeypatch.setattr(gradebook, "LOCK_SECONDS", 0)
    with opened(out) as other:
        other.db.execute(sa.text("BEGIN IMMEDIATE"))
        with pytest.raises(BadInput, match="another program is writing"):
            gradebook.update(small_class(), TASKS, out)


def test_a_run_that_breaks_leaves_no_half_made_gradebook(tmp_path):
    with pytest.raises(ZeroDivisionError), gradebook.open_gradebook(tmp_path / "gradebook.db"):
        1 / 0  # noqa: B018
    assert list(tmp_path.iterdir()) == []


def test_a_regrade_that_breaks_changes_nothing(out):
    gradebook.update(small_class(), TASKS, out)

    def broken(student, score, seconds_late):
        raise ZeroDivisionError

    better = only(submission("bob", "passed", "passed", "passed"))
    with pytest.raises(ZeroDivisionError):
        gradebook.update(better, TASKS, out, datetime(2020, 1, 1), penalty=broken)
    with opened(out) as gb:
        assert gb.find_submission("softmax", "bob").score == 80
        assert gb.find_assignment("softmax").duedate is None

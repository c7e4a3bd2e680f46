"""nbgrader's own commands in a course folder: our sandbox grades, and everything around it works.

One course folder serves all of these tests, which follow a term: release, submit, collect,
autograde, look, feedback.
"""

import csv
import inspect
import io
import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
import zipfile
from contextlib import closing
from datetime import datetime
from pathlib import Path

import jupytext
import nbformat
import pytest
from bs4 import BeautifulSoup
from nbgrader.api import Gradebook
from traitlets.config import Config

from graders.engine.catalogue import course_root, source_path
from graders.errors import BadInput
from graders.grade import grade
from graders.nbgrader import gradebook
from graders.nbgrader.autograde import AutogradeInSandbox, existing_timestamp, use_sandbox
from graders.nbgrader.late import late_penalty
from tests.graders.chromium import chromium
from tests.graders.nbgrader.command import nbgrader

# nbgrader 0.9.6 on SQLAlchemy 2.1: its own, and harmless
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

ANSWERS = {
    cell.metadata.nbgrader.grade_id: cell.source
    for cell in jupytext.read(source_path("softmax")).cells
    if cell.metadata.get("nbgrader", {}).get("solution")
}


def hand_in(course: Path, student: str, **changes: str | None) -> None:
    """Submit the released notebook, solved but for ``changes`` (None: left as released)."""
    notebook = nbformat.read(course / "release" / "softmax" / "softmax.ipynb", as_version=4)
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in ANSWERS:
            cell.source = changes.get(name, ANSWERS[name]) or cell.source
    if student == "mallory":  # no grade cell is left, and the first cell is worth a thousand
        notebook.cells = [
            c for c in notebook.cells if not c.metadata.get("nbgrader", {}).get("grade")
        ]
        notebook.cells[0].metadata["nbgrader"] = {
            "grade": True, "grade_id": "softmax", "points": 1000, "locked": False,
            "schema_version": 3, "solution": False, "task": False,
        }  # fmt: skip
    folder = course / "submitted" / student / "softmax"
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / "softmax.ipynb")
    (folder / "timestamp.txt").write_text("2026-03-01 12:00:00 UTC")


def odd_hand_ins(course: Path) -> None:
    """Ada's work as other students might hand it in; each is worth what hers is."""
    content = (course / "submitted" / "ada" / "softmax" / "softmax.ipynb").read_bytes()
    copied, bare, odd = (json.loads(content) for _ in range(3))
    answer = next(c for c in copied["cells"] if c["metadata"].get("nbgrader", {}).get("solution"))
    copied["cells"].insert(
        copied["cells"].index(answer), answer
    )  # in JupyterLab, with its grade_id
    for cell in bare["cells"]:
        del cell["metadata"]
    for cell in odd["cells"]:
        cell["id"] = f"odd id {len(cell['source'])}!" * 20
    script = jupytext.writes(jupytext.reads(content.decode(), fmt="ipynb"), fmt="py:percent")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("work/softmax.ipynb", content)
    for path, written in {
        "copied/softmax/softmax.ipynb": json.dumps(copied).encode(),
        "bare/softmax/softmax.ipynb": json.dumps(bare).encode(),
        "odd/softmax/softmax.ipynb": json.dumps(odd).encode(),
        "bom/softmax/softmax.ipynb": b"\xef\xbb\xbf" + content,
        "utf16/softmax/softmax.ipynb": content.decode().encode("utf-16"),
        "script/softmax/softmax.py": script.encode(),
        "renamed/softmax (1).ipynb": content,
        "zipped/softmax.zip": archive.getvalue(),
        "beside.zip": archive.getvalue(),
        "garbled/softmax/softmax.ipynb": content,
        "garbled/softmax/timestamp.txt": b"yesterday",
        "broken/softmax/softmax.ipynb": b"no notebook",
        "absent/notes.txt": b"",
    }.items():
        file = course / "submitted" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(written)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course folder in which a class was autograded by ``nbgrader autograde``."""
    course = tmp_path_factory.mktemp("course")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DLCOURSE_SECRET", "of these tests")
        config = (course_root() / "nbgrader_config.py").read_text()
        config += f'\nc.Exchange.root = "{course / "exchange"}"\nc.Exchange.timezone = "UTC"\n'
        (course / "nbgrader_config.py").write_text(config)
        nbgrader(course, "generate_assignment", "softmax")
        hand_in(course, "ada")
        hand_in(course, "bob", **{"svm_loss-code": "def svm_loss(x, y):\n    return 0.0, 0.0 * x"})
        hand_in(course, "cleo", **dict.fromkeys(ANSWERS))
        hand_in(course, "mallory", **{"softmax-code": "def softmax(scores):\n    return scores"})
        odd_hand_ins(course)
        # a process of its own: in this one pytest has rewritten the asserts of hidden tests
        subprocess.run(
            [sys.executable, "-m", "nbgrader", "autograde", "softmax", f"--course-dir={course}"],
            cwd=course, env=os.environ | {"JUPYTER_CONFIG_DIR": str(course / ".jupyter")},
            capture_output=True, timeout=600, check=True,
        )  # fmt: skip
        yield course


def scores_of(path: Path) -> dict[str, float]:
    with Gradebook(gradebook.url(path)) as gb:
        return {row["student"]: row["score"] for row in gb.submission_dicts("softmax")}


@pytest.fixture(scope="module")
def out(course):
    """What ``dlcourse grade`` makes of the same submissions, a course folder of its own."""
    out = course / "out"
    assert grade("softmax", course / "submitted", out, jobs=1) == 0
    return out


def test_autograde_gives_the_scores_of_dlcourse_grade(course, out):
    results = json.loads((out / "results.json").read_text())
    ours = {item["student"]: item["score"] for item in results["submissions"]}
    assert ours.pop("absent") == 0  # who handed in nothing has no row in a gradebook
    assert ours.pop("broken") == scores_of(course / "gradebook.db")["broken"] == 0
    for path in (course / "gradebook.db", out / "gradebook.db"):
        assert scores_of(path) == {**ours, "broken": 0}
    odd = ("copied", "bare", "odd", "bom", "utf16", "script", "renamed", "zipped", "beside")
    assert {ours[student] for student in (*odd, "garbled")} == {100}
    assert ours["ada"] == 100
    assert ours["cleo"] == 0
    assert 0 < ours["mallory"] < 100
    assert 50 <= ours["bob"] < 100


def test_both_ways_keep_the_same_notebook(course, out):
    for student in ("bob", "copied", "utf16", "script", "zipped"):
        path = Path("autograded") / student / "softmax" / "softmax.ipynb"
        theirs, ours = (nbformat.read(folder / path, 4).cells for folder in (course, out))
        assert [(c.source, c.get("outputs")) for c in theirs] == [
            (c.source, c.get("outputs")) for c in ours
        ]


def test_nbgraders_command_and_formgrader_use_our_class():
    """A release of nbgrader that names its converter elsewhere would run students' code itself."""
    from nbgrader.apps import api, autogradeapp
    from nbgrader.converters import Autograde

    for module in (api, autogradeapp):
        assert issubclass(module.Autograde, Autograde)
        assert "Autograde(" in inspect.getsource(module)
    use_sandbox()
    assert api.Autograde is autogradeapp.Autograde is AutogradeInSandbox


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01 12:30:00.000000 CET", datetime(2026, 3, 1, 11, 30)),
        ("2026-03-01 14:30:00 +0300", datetime(2026, 3, 1, 11, 30)),
        ("yesterday", None),
        ("\ufeff2026-03-01 11:30 UTC", datetime(2026, 3, 1, 11, 30)),
    ],
)
def test_nbgrader_reads_times_as_we_do(tmp_path, text, moment):
    (tmp_path / "timestamp.txt").write_text(text, encoding="utf-8")
    assert existing_timestamp(str(tmp_path)) == moment


def test_printed_commands_make_an_assignment_before_they_grade_it():
    for text in ((course_root() / "course/site/instructors/5_by_hand.md").read_text(),
                 (course_root() / "nbgrader_config.py").read_text()):  # fmt: skip
        commands = re.findall(r"nbgrader (generate_assignment|autograde) softmax", text)
        assert commands == ["generate_assignment", "autograde"]


def test_the_notebook_tells_what_each_test_said(course):
    notebook = nbformat.read(course / "autograded" / "bob" / "softmax" / "softmax.ipynb", 4)
    told = {
        cell.metadata.nbgrader.grade_id: cell.outputs[0].text
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    }
    assert "passed" in told["softmax"]
    assert "failed" in told["svm_loss"]
    assert "Hint: " in told["svm_loss"]
    assert notebook.metadata.kernelspec


def test_feedback_and_export_are_nbgraders(course):
    nbgrader(course, "generate_feedback", "softmax")
    html = (course / "feedback" / "bob" / "softmax" / "softmax.html").read_text()
    page = BeautifulSoup(html, "html.parser")
    score = scores_of(course / "gradebook.db")["bob"]
    assert f"softmax (Score: {score} / 100.0)" in re.sub(r"\s+", " ", page.get_text(" "))
    nbgrader(course, "export", "--to=grades.csv")
    with (course / "grades.csv").open() as file:
        rows = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert rows == scores_of(course / "gradebook.db")


def test_a_manual_grade_outlives_autograding_again(course):
    with Gradebook(gradebook.url(course / "gradebook.db")) as gb:
        grade_row = gb.find_grade("softmax", "softmax", "softmax", "cleo")
        grade_row.manual_score, grade_row.needs_manual_grade = 5.0, False
        gb.db.commit()
    nbgrader(course, "autograde", "softmax", "--student=cleo", "--force")
    assert scores_of(course / "gradebook.db")["cleo"] == 5
    with Gradebook(gradebook.url(course / "gradebook.db")) as gb:
        grade_row = gb.find_grade("softmax", "softmax", "softmax", "cleo")
        assert not grade_row.needs_manual_grade
        grade_row.manual_score = None
        gb.db.commit()


def test_the_exchange_carries_a_submission_to_the_grader(course):
    exchange = course / "exchange"
    exchange.mkdir(mode=0o777)
    exchange.chmod(0o777)  # as nbgrader demands of an exchange, whatever the umask
    nbgrader(course, "release_assignment", "softmax", "--force")
    home = course / "home"
    home.mkdir()
    (home / "nbgrader_config.py").write_text(
        f'c = get_config()\nc.CourseDirectory.course_id = "dlcourse"\n'
        f'c.Exchange.root = "{exchange}"\n'
    )
    nbgrader(home, "fetch_assignment", "softmax")
    shutil.copy(course / "submitted" / "ada" / "softmax" / "softmax.ipynb", home / "softmax")
    nbgrader(home, "submit", "softmax")
    before = set((course / "submitted").iterdir())
    nbgrader(course, "collect", "softmax")
    (collected,) = set((course / "submitted").glob("[!.]*")) - before
    nbgrader(course, "autograde", "softmax", f"--student={collected.name}")
    assert scores_of(course / "gradebook.db")[collected.name] == 100
    shutil.rmtree(collected)


def test_late_penalties_are_those_that_nbgrader_is_configured_for(tmp_path):
    config = tmp_path / "nbgrader_config.py"
    assert late_penalty(config)("ada", 80.0, 60.0) is None  # no configuration: nothing is lost
    config.write_text('c = get_config()\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
    assert late_penalty(config)("ada", 80.0, 60.0) == 80.0
    (tmp_path / "our_plugin.py").write_text(
        "from nbgrader.plugins import BasePlugin\n"
        "class PerDay(BasePlugin):\n"
        "    def late_submission_penalty(self, student_id, score, total_seconds_late):\n"
        "        return 10 * total_seconds_late / 86400\n"
    )
    config.write_text(
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "c = get_config()\nc.AssignLatePenalties.plugin_class = 'our_plugin.PerDay'\n"
    )
    assert late_penalty(config)("ada", 80.0, 86400.0) == 10.0
    sys.path.remove(str(tmp_path))


@pytest.mark.parametrize(
    "text", ["1 / 0", "c = get_config()\nc.AssignLatePenalties.plugin_class = 'no.such'"]
)
def test_a_broken_configuration_is_named(tmp_path, text):
    (tmp_path / "nbgrader_config.py").write_text(text)
    with pytest.raises(BadInput, match=r"nbgrader_config\.py: "):
        late_penalty(tmp_path / "nbgrader_config.py")


def test_the_course_configuration_takes_nothing_off_by_default():
    assert late_penalty(course_root() / "nbgrader_config.py")("ada", 80.0, 60.0) is None


@pytest.fixture(scope="module")
def jupyter_lab(out):
    """The address of JupyterLab, with nbgrader's formgrader, started in what was graded."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyter", "lab", "--allow-root", "--no-browser", f"--port={port}",
         "--IdentityProvider.token=", "--LabApp.news_url=None", "--LabApp.check_for_updates_class="
         "jupyterlab.NeverCheckForUpdate"],
        cwd=out, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=os.environ | {"JUPYTER_CONFIG_DIR": str(out / ".jupyter")},  # nobody's own settings
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            assert server.poll() is None, "the Jupyter server ended"
            try:
                urllib.request.urlopen(f"{address}/api", timeout=5).read()
                break
            except OSError:
                time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(30)


def test_formgrader_shows_the_class_and_a_submission(out, jupyter_lab, tmp_path):
    formgrader = f"{jupyter_lab}/formgrader"
    with Gradebook(gradebook.url(out / "gradebook.db")) as gb:
        submission = gb.find_submission_notebook("softmax", "softmax", "bob").id
    with chromium(f"{formgrader}/gradebook/softmax/softmax", tmp_path / "profile") as browser:
        browser.find("tbody tr", "/ 100")
        listing = browser.page()
        browser.open(f"{formgrader}/submissions/{submission}/")
        browser.find("input.score[placeholder]")
        page = browser.page()
    rows = [re.sub(r"\s+", " ", row.get_text(" ")) for row in listing.select("tbody tr")]
    scores = scores_of(out / "gradebook.db")
    scores.pop("broken")  # no notebook to open: it stands in the gradebook and the report alone
    assert len(rows) == len(scores)
    for student, score in scores.items():
        assert any(f"{student} {score:g} / 100" in row for row in rows), (student, rows)
    boxes = {box["id"] for box in page.select("input.score")}
    assert len(boxes) == 8  # a box for the human's score at each task
    assert "Hint: " in page.get_text()
    assert len(page.select("textarea.comment")) == 8


def test_from_the_menu_to_a_grade_by_clicks_as_the_readme_says(course, out, jupyter_lab, tmp_path):
    with Gradebook(gradebook.url(out / "gradebook.db")) as gb:  # formgrader shuffles the students
        submission = gb.find_submission_notebook("softmax", "softmax", "ada").id
    with chromium(f"{jupyter_lab}/lab", tmp_path / "profile") as browser:
        browser.click(".lm-MenuBar-itemLabel", "Nbgrader")
        browser.click(".lm-Menu-itemLabel", "Formgrader")
        browser.find("td.name a", "softmax")  # of Manage Assignments
        browser.click("a", "Manual Grading")
        browser.click("td a[href$='/gradebook/softmax']", "softmax")  # the assignment
        browser.click("td a[href$='/gradebook/softmax/softmax']", "softmax")  # its notebook
        browser.click(f"td a[href*='{submission}']")
        # of the first task, softmax; a placeholder says that the page's own script is ready
        browser.click("input.score[placeholder]")
        browser.type("3.5")
        browser.click("textarea.comment[placeholder]")
        browser.type("See <me>.")
        browser.click("input.score")  # elsewhere, which saves the comment
        entered = (
            "select student_id from submitted_assignment s join submitted_notebook n on "
            "n.assignment_id = s.id join grade g on g.notebook_id = n.id join comment c on "
            "c.notebook_id = n.id where g.manual_score = 3.5 and c.manual_comment = 'See <me>.'"
        )
        with closing(sqlite3.connect(out / "gradebook.db")) as database:
            until = time.monotonic() + 60
            while not (students := database.execute(entered).fetchall()):
                assert time.monotonic() < until, "what was typed is not in the gradebook"
                time.sleep(0.1)
    ((student,),) = students
    assert grade("softmax", course / "submitted", out, jobs=1) == 0
    page = (out / "feedback" / f"{student}.html").read_text()
    text = re.sub(r"\s+", " ", BeautifulSoup(page, "html.parser").get_text(" "))
    assert "softmax 3.5 / 14 points Comment: See <me>." in text
    results = json.loads((out / "results.json").read_text())["submissions"]
    (record,) = (item for item in results if item["student"] == student)
    assert record["by_hand"] == [{"task": "softmax", "score": 3.5, "comment": "See <me>."}]
    assert record["final_score"] == record["score"] - 14 + 3.5


def test_nbgrader_in_an_output_folder_never_runs_students_code_itself(out, monkeypatch):
    from nbgrader.apps import api

    monkeypatch.setattr(api, "Autograde", None)
    text, config = (out / "nbgrader_config.py").read_text(), Config()
    exec(compile(text, "nbgrader_config.py", "exec"), {"get_config": lambda: config})
    assert config.ExchangeFactory.collect == "graders.platforms.nbgrader_collect.Collect"
    assert api.Autograde is AutogradeInSandbox


def test_without_the_engine_nbgrader_runs_nobodys_code(course, tmp_path):
    """nbgrader drops a configuration that raises: it must stop, not fall back on its own kernel."""
    shutil.copy(course / "nbgrader_config.py", tmp_path)
    broken = tmp_path / "broken" / "graders"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise ImportError('no engine')")
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "autograde", "softmax", "--force",
         f"--course-dir={course}"],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(broken.parent)},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "nbgrader_config.py: ImportError: no engine" in done.stderr
    assert "Autograding" not in done.stderr

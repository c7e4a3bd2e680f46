"""Attacks and honest oddities, graded together through the real command.

Demanded: no point that is not deserved, nothing secret in any output, nothing left running or
written outside, and honest work beside the attacks scored exactly as it is alone.
"""

from __future__ import annotations

import ctypes
import html.parser
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

from graders.engine.catalogue import course_root
from graders.engine.hand_ins import find
from graders.engine.jobs import read_job
from graders.engine.secret import course_secret
from graders.engine.settings import settings_for
from graders.engine.worker import GradingJob, grade_one
from tests.adversarial.cases import SOLUTION, Case, attacks, fair
from tests.processes import descendants

pytestmark = pytest.mark.alone

ATTACKS, FAIR = attacks(), fair()
SUBMISSION_SECONDS = 2.5  # what never ends costs this much of a core; honest work takes 0.6 at most
PR_SET_CHILD_SUBREAPER = 36
CANARIES = {
    "DLCOURSE_SECRET": "CANARY-of-the-course",
    "WANDB_API_KEY": "CANARY-of-the-environment",
}
PRIVATE = "CANARY-of-a-host-file"
NEIGHBOUR = "CANARY-of-a-neighbour"
HIDDEN_LINES = ("pairwise_softmax", "expected_softmax_loss", "draw_off_kinks", "as_number(")


@dataclass
class Run:
    out: Path
    stdout: str
    stderr: str
    results: dict[str, Any]
    students: dict[str, str]
    """Case -> the name of its student."""
    left_running: set[int]

    def of(self, case: Case) -> dict[str, Any]:
        found: dict[str, Any] = self.results[self.students[case.name]]
        return found


def reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def grade(folder: Path, cases: list[Case]) -> Run:
    """Grade ``cases`` in one run, with canaries wherever an attack may look."""
    submissions, out = folder / "in" / "submitted", folder / "out"
    submissions.mkdir(parents=True)
    private = folder / "host" / "private.txt"
    private.parent.mkdir()
    private.write_text(PRIVATE)
    honest = submissions / "honest_script"
    honest.mkdir()
    (honest / "softmax.py").write_text(f"# {NEIGHBOUR}\n{SOLUTION}")
    students = {case.name: case.hand_in(submissions) for case in cases}
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # what is left comes to us
    before = descendants(os.getpid())
    done = subprocess.run(
        [
            *(sys.executable, "-m", "course", "grade", "softmax", str(submissions)),
            *("--out", str(out), "--jobs", "3", "--timeout", str(SUBMISSION_SECONDS)),
        ],
        capture_output=True,
        text=True,
        env=os.environ | CANARIES,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    deadline = time.monotonic() + 10
    while (left := descendants(os.getpid()) - before) and time.monotonic() < deadline:
        reap()
        time.sleep(0.05)
    # not for ever: whoever adopts has to reap, and other tests' orphans are not looked after here
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
    assert private.read_text() == PRIVATE
    results = json.loads((out / "results.json").read_text(encoding="utf-8"))["submissions"]
    by_student = {result["student"]: result for result in results}
    assert len(by_student) == len(cases) + 1
    return Run(out, done.stdout, done.stderr, by_student, students, left)


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return grade(tmp_path_factory.mktemp("together"), [*ATTACKS, *FAIR])


def told(result: dict[str, Any]) -> str:
    lines = [f"{test['name']}: {test['status']}: {test['message']}" for test in result["tests"]]
    return "\n".join([f"{result['status']} {result['score']}: {result['message']}", *lines])


@pytest.mark.parametrize("case", ATTACKS, ids=lambda case: case.name)
def test_an_attack_earns_nothing(together: Run, case: Case) -> None:
    result = together.of(case)
    assert result["status"] == case.status, told(result)
    assert result["score"] == case.score, told(result)
    assert re.search(case.fields.get("says", ""), told(result)), told(result)
    for test in result["tests"]:
        assert len(test["message"]) < 1500, "the text of an exception is not cut"
    assert len(result["message"]) < 20_000


@pytest.mark.parametrize("case", FAIR, ids=lambda case: case.name)
def test_honest_work_gets_what_it_deserves(together: Run, case: Case) -> None:
    result = together.of(case)
    assert result["status"] == "graded", told(result)
    assert result["score"] == case.score, told(result)
    assert re.search(case.fields.get("says", ""), told(result)), told(result)
    if "notes" in case.fields:
        assert re.search(case.fields["notes"], result["message"])


def what_counts(result: dict[str, Any]) -> list[Any]:
    tests = [
        [test["name"], test["status"], test["score"], test["message"]] for test in result["tests"]
    ]
    return [result["status"], result["score"], *tests]


@pytest.mark.parametrize("case", FAIR, ids=lambda case: case.name)
def test_honest_work_scores_the_same_alone(
    together: Run, case: Case, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert what_counts(together.of(case)) == what_counts(alone(case, monkeypatch, tmp_path))


def alone(case: Case, monkeypatch: pytest.MonkeyPatch, folder: Path) -> dict[str, Any]:
    """The result of ``case`` where nobody else hands in anything."""
    monkeypatch.setenv("DLCOURSE_SECRET", CANARIES["DLCOURSE_SECRET"])
    student = case.hand_in(folder)
    (found,) = find(folder)
    assert found.student == student
    job = read_job("softmax", course_secret(course_root()), found)
    assert isinstance(job, GradingJob)
    return asdict(grade_one(settings_for("softmax", SUBMISSION_SECONDS), job))


def test_the_neighbour_is_unharmed(together: Run) -> None:
    assert together.results["honest_script"]["score"] == 100


@pytest.mark.parametrize(
    "secret", [*CANARIES.values(), PRIVATE, NEIGHBOUR, *HIDDEN_LINES], ids=lambda secret: secret
)
def test_nothing_secret_is_in_any_output(together: Run, secret: str) -> None:
    assert secret not in together.stdout + together.stderr
    for path in together.out.rglob("*"):
        work = "honest_script" in path.parts  # which holds what was handed in, for people to read
        if path.is_file() and not (work and secret == NEIGHBOUR):
            assert secret.encode() not in path.read_bytes(), path


def test_the_canaries_are_where_attacks_look() -> None:
    """Lest the test above passes because there was nothing to leak."""
    hidden = Path(__file__).parents[2] / "graders" / "hidden" / "softmax" / "test_softmax.py"
    assert all(line in hidden.read_text() for line in HIDDEN_LINES)


def test_nothing_is_left_running(together: Run) -> None:
    assert together.left_running == set()


def test_nothing_was_written_outside(together: Run) -> None:
    course = Path(__file__).parents[2]
    for folder in (
        Path("/"),
        Path("/tmp"),
        Path("/var/tmp"),
        Path("/dev/shm"),
        Path.home(),
        course,
    ):
        assert not (folder / "dlcourse-was-here").exists(), folder
    assert not list(together.out.parent.rglob("dlcourse-was-here"))
    made = {path.name for path in together.out.parent.iterdir()}
    assert made == {"in", "out", "host"}


class Markup(html.parser.HTMLParser):
    """Collects what a page could run or fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.active: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "img", "iframe", "object", "form", "base", "embed"):
            self.active.append(tag)
        self.active += [
            f"{name}={value}"
            for name, value in attributes
            if name.startswith("on") or "script:" in (value or "") or "//" in (value or "")
        ]


def test_pages_hold_nothing_that_acts(together: Run) -> None:
    pages = [together.out / "report.html", *(together.out / "feedback").iterdir()]
    assert len(pages) == len(together.results) + 1
    for path in pages:
        markup = Markup()
        markup.feed(path.read_text(encoding="utf-8"))
        assert markup.active == [], path


def test_every_name_leads_to_its_page(together: Run) -> None:
    report = (together.out / "report.html").read_text(encoding="utf-8")
    for student in together.results:
        assert (together.out / "feedback" / f"{student}.html").is_file()
    assert report.count('href="feedback/') >= len(together.results)


def test_what_a_terminal_shows_holds_no_commands(together: Run) -> None:
    shown = [together.stdout, together.stderr, (together.out / "grades.csv").read_text()]
    shown += [path.read_text() for path in together.out.rglob("*.html")]
    for text in shown:
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)


def test_a_spreadsheet_runs_nothing(together: Run) -> None:
    for line in (together.out / "grades.csv").read_text().splitlines():
        assert not line.lstrip('"').startswith(("=", "+", "-", "@", "\t"))


def test_there_are_enough_attacks() -> None:
    assert len(ATTACKS) >= 60
    assert {case.path.parent.name for case in ATTACKS} == {
        *("points", "reading", "harm", "files", "pages")
    }

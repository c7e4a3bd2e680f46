"""nbgrader's exchange on a hub where everybody is a user of the system, walked as the docs say it.

Three users of this system, in processes of their own: an instructor, ada, and mallory, who reads
what she can and hands in what she has not made. Nothing of it stays behind.
"""

from __future__ import annotations

import json
import os
import pwd
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import jupytext
import nbformat
import pytest

from course.cli import main
from graders.engine.catalogue import course_root, source_path
from graders.nbgrader.autograde import use_sandbox
from graders.platforms.exchange import hand_ins
from tests.graders.nbgrader.command import nbgrader
from tests.graders.nbgrader.users import forked, let_all_read_python, some_users

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can become three other users"),
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
]
PAGE = course_root() / "course/site/instructors/4_lms.md"
PAST, FUTURE = "2026-03-01 12:00:00.000000 UTC", "2130-01-01 12:00:00 UTC"


@dataclass(frozen=True)
class Walk:
    """The exchange and everybody's home after a term; ``seen`` is what mallory could do."""

    root: Path
    ada: str
    mallory: str
    seen: dict[str, str]

    @property
    def course(self) -> Path:
        return self.root / "exchange" / "dlcourse"

    @property
    def teaches(self) -> Path:
        return self.root / "homes" / "teach" / "course"


def in_home(home: Path) -> None:
    """What the hub sets for a user; as careful a umask as there is."""
    os.umask(0o077)
    os.environ |= {
        "HOME": str(home),
        "JUPYTER_DATA_DIR": str(home / ".local/share/jupyter"),
        "MPLCONFIGDIR": str(home / ".matplotlib"),
        "DLCOURSE_SECRET": "of these tests",
    }
    for name in ("JUPYTERHUB_USER", "LOGNAME", "USER", "LNAME", "USERNAME"):
        os.environ.pop(name, None)


def commands(what: str) -> list[list[str]]:
    """The commands of the page's section that are of one program, each as words."""
    section = PAGE.read_text().partition("## JupyterHub")[2].partition("\n## ")[0]
    text = "\n".join(re.findall(r"```sh\n(.*?)```", section, re.DOTALL)).replace("\\\n", " ")
    lines = [line.split() for line in text.splitlines()]
    return [words[1:] for words in lines if words[:1] == [what]]


def releases(root: Path) -> None:
    course = root / "homes/teach/course"
    course.mkdir(parents=True)
    in_home(course.parent)
    config = (course_root() / "nbgrader_config.py").read_text()
    (course / "nbgrader_config.py").write_text(
        f'{config}\nc.Exchange.root = "{root / "exchange"}"\n'
    )
    for words in commands("nbgrader")[:2]:
        nbgrader(course, *words)
    (root / "exchange/dlcourse/feedback").mkdir()
    (root / "exchange/dlcourse/feedback").chmod(0o711)


def fetches(home: Path, exchange: Path) -> None:
    in_home(home)
    (home / "nbgrader_config.py").write_text(
        f'c = get_config()\nc.CourseDirectory.course_id = "dlcourse"\n'
        f'c.Exchange.root = "{exchange}"\n'
    )
    nbgrader(home, "fetch_assignment", "softmax")


def solves(home: Path) -> None:
    fetches(home, home.parents[1] / "exchange")
    answers = {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in jupytext.read(source_path("softmax")).cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }
    path = home / "softmax" / "softmax.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = answers.get(name, cell.source)
    nbformat.write(notebook, path)
    nbgrader(home, "submit", "softmax")


def attacks(home: Path, ada: str) -> None:
    """Whoever may do what mallory tries here writes down what came of it."""
    root = home.parents[1]
    fetches(home, root / "exchange")
    nbgrader(home, "submit", "softmax")
    course = root / "exchange/dlcourse"
    (handed_in,) = (home / ".local/share/jupyter/nbgrader_cache/dlcourse").iterdir()
    solution = root / "homes/teach/course/source/softmax/softmax.ipynb"
    for user, time in ((home.name, PAST), (ada, FUTURE)):
        folder = course / "inbound" / f"{user}+softmax+{time}+x"
        folder.mkdir()
        folder.chmod(0o777)
        (folder / "softmax.ipynb").symlink_to(solution)
        (folder / "leak.html").symlink_to(root / "homes/teach/course/gradebook.db")
    for name in ("..+softmax+x", "nobody+softmax+yesterday+x"):
        (course / "inbound" / name).mkdir()
    (course / "inbound" / f"{home.name}+softmax+{FUTURE}+y").symlink_to(solution)
    tries = {
        "list the hand-ins": lambda: list((course / "inbound").iterdir()),
        "list the feedback": lambda: list((course / "feedback").iterdir()),
        "write feedback": lambda: (course / "feedback" / "x.html").write_text("100 of 100"),
        "read the solution": solution.read_bytes,
        "read ada's home": lambda: list((home.parent / ada).iterdir()),
        "change the release": lambda: (course / "outbound/softmax/softmax.ipynb").write_text(""),
        "take the course's place": lambda: course.rename(course.with_name("taken")),
        "read the release": (course / "outbound/softmax/softmax.ipynb").read_bytes,
        "hand in": lambda: shutil.copytree(handed_in, course / "inbound" / "left out"),
    }
    seen = {}
    for what, attempt in tries.items():
        try:
            attempt()
            seen[what] = "done"
        except OSError as error:
            seen[what] = type(error).__name__
    (home / "seen.json").write_text(json.dumps(seen))


def grades(root: Path) -> None:
    course = root / "homes/teach/course"
    in_home(course.parent)
    use_sandbox()
    os.chdir(course)
    for words in commands("dlcourse"):
        words = [word.replace("/srv/exchange", str(root / "exchange")) for word in words]
        jobs = ["--jobs", "1"] if words[0] == "grade" else []
        assert main([*words, *jobs]) == 0


def reads_feedback(home: Path) -> None:
    in_home(home)
    nbgrader(home, "fetch_feedback", "softmax")


def walk(root: Path, teach: pwd.struct_passwd, students: list[pwd.struct_passwd]) -> None:
    let_all_read_python()
    ada, mallory = (root / "homes" / user.pw_name for user in students)
    forked(lambda: releases(root), teach)
    forked(lambda: solves(ada), students[0])
    forked(lambda: attacks(mallory, ada.name), students[1])
    forked(lambda: grades(root), teach)
    forked(lambda: reads_feedback(ada), students[0])
    forked(lambda: reads_feedback(mallory), students[1])


@pytest.fixture(scope="module")
def walked() -> Iterator[Walk]:
    teach, *students = some_users(3)
    root = Path(tempfile.mkdtemp())  # where others can go, which pytest's own folders are not for
    try:
        root.chmod(0o755)
        (root / "homes").mkdir()
        (root / "exchange").mkdir()
        (root / "exchange").chmod(0o1777)
        names = ("teach", *(user.pw_name for user in students))
        for user, name in zip((teach, *students), names, strict=True):
            (root / "homes" / name).mkdir(mode=0o700)
            os.chown(root / "homes" / name, user.pw_uid, user.pw_gid)
        try:
            forked(let_all_read_python)
        except AssertionError as error:
            pytest.skip(f"this container lets nobody mount: {str(error).strip().splitlines()[-1]}")
        forked(lambda: walk(root, teach, students))
        ada, mallory = (user.pw_name for user in students)
        seen = json.loads((root / "homes" / mallory / "seen.json").read_text())
        yield Walk(root, ada, mallory, seen)
    finally:
        shutil.rmtree(root)


def test_a_student_is_graded_and_reads_her_feedback(walked: Walk) -> None:
    results = json.loads((walked.teaches / "grades/softmax/results.json").read_text())
    scores = {item["student"]: item["score"] for item in results["submissions"]}
    assert scores[walked.ada] == 100
    assert set(scores) == {walked.ada, walked.mallory}
    (page,) = (walked.root / "homes" / walked.ada / "softmax/feedback").rglob("softmax.html")
    assert "100" in page.read_text()
    assert walked.ada in page.read_text()


def test_a_student_reads_and_changes_nothing_of_anybodys(walked: Walk) -> None:
    assert {what: came for what, came in walked.seen.items() if came == "done"} == {
        "read the release": "done",
        "hand in": "done",
    }
    assert set(walked.seen.values()) == {"done", "PermissionError"}


def test_what_is_forged_counts_as_its_makers_or_not_at_all(walked: Walk) -> None:
    submitted = walked.teaches / "submitted"
    assert {path.name for path in submitted.iterdir()} == {
        ".collected", walked.ada, walked.mallory,
    }  # fmt: skip
    hers = submitted / walked.mallory / "softmax"
    # the link to the solution was not followed, whoever it was handed in as
    assert not (hers / "softmax.ipynb").exists()
    assert not (hers / "leak.html").exists()
    assert not (walked.root / "homes" / walked.mallory / "softmax/feedback").exists()
    found = {item.origin: item for item in hand_ins(walked.course / "inbound", "softmax")}
    forged = found[f"{walked.ada}+softmax+{FUTURE}+x"]
    assert forged.who.label == walked.mallory
    assert f"handed in as {walked.ada}'s, and {walked.mallory} owns it" in forged.remarks[0]
    assert (submitted / walked.ada / "softmax/softmax.ipynb").stat().st_mode & 0o022 == 0


def test_a_time_that_cannot_be_is_not_believed(walked: Walk) -> None:
    found = {item.origin: item for item in hand_ins(walked.course / "inbound", "softmax")}
    written = (walked.course / "inbound").stat().st_mtime
    for name in (f"{walked.mallory}+softmax+{PAST}+x", f"{walked.ada}+softmax+{FUTURE}+x"):
        forged = found[name]
        assert forged.moment is not None
        assert abs(forged.moment.timestamp() - written) < 600
        assert any("whatever its name says" in remark for remark in forged.remarks)


def test_the_exchanges_modes_are_those_that_keep_students_apart(walked: Walk) -> None:
    def mode(path: Path) -> int:
        return path.stat().st_mode & 0o7777

    assert mode(walked.course.parent) == 0o1777
    assert mode(walked.course) == mode(walked.course / "outbound") == 0o755
    assert mode(walked.course / "inbound") == 0o2733
    assert mode(walked.course / "feedback") == 0o711
    (page, *_) = (walked.course / "feedback").iterdir()
    assert mode(page) == 0o644
    released = walked.course / "outbound/softmax"
    assert {path.name for path in released.rglob("*")} == {"softmax.ipynb"}
    assert "BEGIN SOLUTION" not in (released / "softmax.ipynb").read_text()


def test_nbgraders_own_collect_is_ours(walked: Walk) -> None:
    def collects() -> None:
        in_home(walked.teaches.parent)
        shutil.rmtree(walked.teaches / "submitted")
        nbgrader(walked.teaches, "collect", "softmax")

    teach = some_users(1)[0]
    forked(lambda: (let_all_read_python(), forked(collects, teach)))
    assert (walked.teaches / "submitted" / walked.ada / "softmax/softmax.ipynb").is_file()
    assert not (walked.teaches / "submitted" / walked.mallory / "softmax/softmax.ipynb").exists()

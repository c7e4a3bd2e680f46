"""An organisation's repositories, cloned as GitHub Classroom does it, and collected."""

from __future__ import annotations

import csv
import os
import subprocess
from pathlib import Path

import pytest

from course.cli import main
from graders.engine.hand_ins import find
from graders.engine.submissions import read

HONEST = [f"student{number:02}" for number in range(12)]
ODD = ("late", "empty", "hooks", "config", "filters", "link", "submodule", "dated", "branch", "big")
DUE, BEFORE, AFTER = (f"2026-03-01T{hour}:00:00Z" for hour in (12, 10, 14))
PEOPLE = {
    f"GIT_{who}_{what}": "s@x.edu" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
}
NO_CONFIG = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


def git(folder: Path, *words: str, when: str = BEFORE) -> None:
    dates = {"GIT_COMMITTER_DATE": when, "GIT_AUTHOR_DATE": when}
    environment = {**os.environ, **PEOPLE, **NO_CONFIG, **dates}
    subprocess.run(["git", *words], cwd=folder, check=True, env=environment, capture_output=True)


def commit(folder: Path, content: str, when: str = BEFORE) -> None:
    """Commits the work, in a copy of the course such as students get."""
    for place in ("assignments/softmax", "assignments/backprop", "course", "data"):
        (folder / place).mkdir(parents=True, exist_ok=True)
    (folder / "assignments/backprop/backprop.py").write_text("another assignment")
    (folder / "course/cli.py").write_text("the course")
    (folder / "assignments/softmax/softmax.py").write_text(content)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "work", when=when)


def made(at: Path, student: str, ran: Path, secret: Path) -> None:
    """A clone of a student's repository, in which the odd ones try what they are called after."""
    at.mkdir(parents=True)
    git(at, "init", "-qb", "main")
    if student == "empty":
        return
    program = f"#!/bin/sh\ntouch {ran}\n"
    script = at / ".git" / "run"
    script.write_text(program)
    script.chmod(0o755)
    commit(at, f"who = {student!r}\n")
    if student == "late":
        commit(at, "who = 'too late'\n", AFTER)
    elif student == "dated":  # what it followed is dated after the deadline
        commit(at, "who = 'after it'\n", AFTER)
        commit(at, "who = 'dated back'\n", BEFORE)
    elif student == "hooks":
        for hook in ("post-checkout", "reference-transaction", "post-index-change", "pre-commit"):
            (at / ".git/hooks" / hook).write_text(program)
            (at / ".git/hooks" / hook).chmod(0o755)
    elif student == "config":
        for key in (
            "core.fsmonitor",
            "core.pager",
            "core.sshCommand",
            "gpg.program",
            "core.editor",
        ):
            git(at, "config", key, str(script))
        git(at, "config", "include.path", str(secret))
        git(at, "config", "core.worktree", str(secret.parent))
    elif student == "filters":
        (at / ".gitattributes").write_text("* filter=x diff=x merge=x\n")
        for key in ("filter.x.smudge", "diff.x.textconv", "merge.x.driver"):
            git(at, "config", key, str(script))
        commit(at, "who = 'filters'\n")
    elif student == "link":
        (at / "assignments/softmax/softmax.ipynb").symlink_to(secret)
        commit(at, "who = 'link'\n")
    elif student == "submodule":
        (at / ".gitmodules").write_text(f'[submodule "x"]\npath = x\nurl = ext::sh -c {script}\n')
        git(at, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},x")
        git(at, "add", ".gitmodules")
        git(at, "commit", "-qm", "work")
    elif student == "branch":  # what is checked out counts
        git(at, "checkout", "-qb", "try")
        commit(at, "who = 'another branch'\n")
        git(at, "checkout", "-q", "main")
    elif student == "big":
        (at / "assignments/softmax/weights.bin").write_bytes(bytes(11 << 20))
        for number in range(1100):
            (at / "data" / f"{number}.txt").write_text(str(number))
        commit(at, "who = 'big'\n")


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """What collecting says of each; the folder is where it ran."""
    folder = tmp_path_factory.mktemp("organisation")
    ran, secret = folder / "ran", folder / "secret"
    secret.write_text("canary")
    students = [*HONEST, *ODD]
    for student in students:
        made(folder / "softmax-submissions" / f"softmax-{student}", student, ran, secret)
    (folder / "roster.csv").write_text("\n".join(["id,github", *(f"{s},{s}" for s in students)]))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        words = ["--from", "github", "--roster", "roster.csv", "--to", "submitted", "--due", DUE]
        words += ["--assignment", "softmax"]  # there are two in everybody's
        assert main(["collect", "softmax-submissions", *words]) == 0
    assert not ran.exists()
    with (folder / "submitted/.collected/softmax.csv").open(newline="", encoding="utf-8") as file:
        return {line["student"]: {**line, "at": str(folder)} for line in csv.DictReader(file)}


def work(lines: dict[str, dict[str, str]], student: str) -> str | None:
    submitted = Path(lines[student]["at"], "submitted")
    (hand_in,) = (found for found in find(submitted) if found.student == student)
    found = read(hand_in, "softmax")
    return found.content.decode() if found else None


def test_everybodys_last_commit_before_the_deadline_is_what_is_graded(
    lines: dict[str, dict[str, str]],
) -> None:
    for student in (*HONEST, "late", "hooks", "config", "filters", "submodule", "branch", "big"):
        assert work(lines, student) == f"who = {student!r}\n", student
    assert work(lines, "dated") == "who = 'dated back'\n"
    assert work(lines, "link") == "who = 'link'\n"
    assert work(lines, "empty") is None
    folder = Path(lines["big"]["at"], "submitted/big/softmax")
    assert [path.name for path in folder.rglob("*")] == ["softmax.py"]
    assert {line["status"] for line in lines.values()} == {"collected"}


def test_what_is_odd_about_a_clone_is_told(lines: dict[str, dict[str, str]]) -> None:
    told = {student: line["remarks"] for student, line in lines.items()}
    assert "1 later ones not counted" in told["late"]
    assert "dated before the one that it follows" in told["dated"]
    assert "nothing was committed" in told["empty"]
    assert "links and submodules left out: assignments/softmax/softmax.ipynb" in told["link"]
    assert "links and submodules left out: x" in told["submodule"]
    assert "weights.bin is larger than 10 MiB" in told["big"]
    assert all("left out" not in told[student] for student in HONEST)

"""A student's copy with what it installs by itself, without an extra: no PyTorch, no Jupyter."""

from __future__ import annotations

import json
import os
import subprocess
import sysconfig
import venv
from pathlib import Path
from typing import NamedTuple

import pytest

from course.cli import NOT_IN_STUDENTS_COPY, OVERVIEW
from graders.installation import requirements
from graders.sandbox.distributions import installed_paths
from graders.students.release import release

INSTALL = "pip install --constraint constraints.txt --editable"
FIT = ("fit", "--config", "course/01_linear_models/softmax.yaml")
SUBMIT = ("--student", "ada", "--to", "in")
COMMANDS = (
    ("doctor",),
    ("check", "softmax"),
    ("submit", "softmax", *SUBMIT),
    ("check", "architectures"),
    ("submit", "architectures", *SUBMIT),
    ("data", "list"),
    FIT,
    ("experiment", "run", "shift"),
    ("demo",),
    ("release", "--out", "out"),
    ("collect", "in", "--from", "canvas", "--to", "out"),
    ("grade", "softmax", "in", "--out", "out"),
    ("export", "softmax", "--from", "in", "--format", "csv", "--to", "out"),
    ("extend", "softmax", "--student", "ada", "--undo"),
    ("drop", "softmax"),
    ("allowances",),
    ("regrades", "softmax", "in", "--out", "out"),
    ("audit", "out"),
    ("forget", "ada", "--submitted", "in"),
    ("course-report", "--from", "in", "--out", "out"),
    ("similarity", "softmax", "in", "--out", "out"),
    ("gradescope", "softmax", "--to", "out"),
    ("leaderboard", "in"),
    ("new-assignment", "means"),
    ("lint-assignment", "softmax"),
)
# all in one process: each would need its time to start
SCRIPT = """
import io, json, sys
from contextlib import redirect_stderr, redirect_stdout
from course.cli import main
told = []
for command in json.load(sys.stdin):
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = main(command)
    told.append((status, out.getvalue(), err.getvalue()))
print(json.dumps(told))
"""


class Told(NamedTuple):
    """How a command ended."""

    status: int
    out: str
    err: str


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("light") / "handout"
    release(["softmax", "architectures"], out)
    (out / "in").mkdir()
    return out


@pytest.fixture(scope="module")
def told(bundle: Path) -> dict[tuple[str, ...], Told]:
    """What each command says where nothing is installed but what the course itself requires."""
    environment = bundle / ".venv"
    venv.create(environment, symlinks=True)
    scheme = {"base": str(environment), "platbase": str(environment)}
    packages = Path(sysconfig.get_path("purelib", "venv", scheme))
    for path in installed_paths(tuple(requirement.name for requirement in requirements())):
        (packages / path.name).symlink_to(path)
    (packages / "dlcourse.pth").write_text(str(bundle))
    run = subprocess.run(
        [environment / "bin" / "python", "-c", SCRIPT],
        input=json.dumps(COMMANDS),
        cwd=bundle,
        env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    answers = json.loads(run.stdout)
    return {command: Told(*answer) for command, answer in zip(COMMANDS, answers, strict=True)}


def test_doctor_finds_nothing_wrong_and_names_the_extras(
    bundle: Path, told: dict[tuple[str, ...], Told]
) -> None:
    status, out, _ = told[("doctor",)]
    assert status == 0, out
    assert "✓ packages   for assignments: " in out
    for purpose, absent, extra in (
        ("lessons and assignments in PyTorch", "no torch", "lessons"),
        ("notebooks", "no jupyterlab", "notebooks"),
    ):
        (line,) = (line for line in out.splitlines() if f"– packages   only for {purpose}" in line)
        assert absent in line
        assert line.endswith(f'in {bundle}: {INSTALL} ".[{extra}]"')
    assert "grade" not in out


def test_work_in_numpy_is_checked_and_handed_in(
    bundle: Path, told: dict[tuple[str, ...], Told]
) -> None:
    assert told["check", "softmax"].status == 0
    assert "0 of 19 checks pass" in told["check", "softmax"].out
    assert "not written yet" in told["check", "softmax"].out
    assert told["submit", "softmax", *SUBMIT].status == 0
    assert "0 of 19 public tests pass" in told["submit", "softmax", *SUBMIT].out
    assert (bundle / "in" / "ada" / "softmax" / "softmax.py").is_file()
    assert "mnist" in told["data", "list"].out


@pytest.mark.parametrize(
    ("command", "lacks"),
    [
        (("check", "architectures"), "architectures needs torch, lightning, torchvision"),
        (FIT, "fit finds no lightning"),
        (("experiment", "run", "shift"), "experiment finds no "),
    ],
)
def test_what_needs_pytorch_says_how_to_install_it(
    bundle: Path, told: dict[tuple[str, ...], Told], command: tuple[str, ...], lacks: str
) -> None:
    status, out, err = told[command]
    assert (status, out) == (2, "")
    assert err.startswith(f"dlcourse: {lacks}")
    assert err.endswith(f': in {bundle}: {INSTALL} ".[lessons]"\n')
    assert err.count("\n") == 1


def test_work_in_pytorch_is_handed_in_without_it(
    bundle: Path, told: dict[tuple[str, ...], Told]
) -> None:
    status, out, _ = told["submit", "architectures", *SUBMIT]
    assert status == 0
    assert "public     tests could not run: architectures needs torch" in out
    assert (bundle / "in" / "ada" / "architectures" / "architectures.py").is_file()


@pytest.mark.parametrize(
    "command", COMMANDS[-len(NOT_IN_STUDENTS_COPY) :], ids=lambda command: command[0]
)
def test_instructors_commands_are_refused(
    bundle: Path, told: dict[tuple[str, ...], Told], command: tuple[str, ...]
) -> None:
    status, out, err = told[command]
    assert (status, out) == (2, "")
    assert err.startswith(f"dlcourse: {command[0]} works in the instructor's copy")
    assert err.count("\n") == 1
    assert not (bundle / "out").exists()


def test_no_instructors_command_is_forgotten() -> None:
    listed = OVERVIEW.partition("instructors\n")[2].partition("\nboth\n")[0]
    assert {line.split()[0] for line in listed.splitlines()} <= set(NOT_IN_STUDENTS_COPY)
    assert {command[0] for command in COMMANDS} >= set(NOT_IN_STUDENTS_COPY)


def test_the_readme_is_a_page_that_goes_from_installing_to_the_receipt(bundle: Path) -> None:
    page = (bundle / "README.md").read_text(encoding="utf-8")
    assert len(page.splitlines()) <= 60
    assert max(map(len, page.splitlines())) <= 100
    steps = (f"{INSTALL} .", "doctor", "check softmax", "submit softmax", "received", "fit")
    places = [page.index(f"    {'' if step[0] in 'pr' else 'dlcourse '}{step}") for step in steps]
    assert places == sorted(places)
    for extra in ("notebooks", "lessons,notebooks"):
        assert f'    {INSTALL} ".[{extra}]"\n' in page

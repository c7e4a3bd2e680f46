"""``dlcourse demo``: the whole course once, small. Train, release, hand in, grade, look."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from course.demo_class import make_class
from graders.engine.catalogue import VARIABLE, course_root, source_path
from lightning_modules.visualisation.curves import plot_curves

ASSIGNMENT = "softmax"
CONFIG = "course/01_linear_models/softmax.yaml"
console = Console()


class StepFailed(Exception):
    """A command of the demo failed; its own message stands above."""

    exit_status = 1


def demo(out: Path) -> int:
    """Run every step into ``out`` and return the exit status."""
    os.environ.pop(VARIABLE, None)  # it shows this course, whatever course is at hand
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    seconds: dict[str, float] = {}

    training, grades = out / "training", out / "grades"
    with _step("1. Train the softmax lesson on real digits", seconds):
        config = course_root() / CONFIG
        _dlcourse("fit", "--config", config, "--run_dir", training)
        best = training / "checkpoints" / "best.ckpt"
        _dlcourse("test", "--config", config, "--ckpt_path", best, "--run_dir", training / "test")
    with _step(f"2. Release the assignment '{ASSIGNMENT}' to students", seconds):
        _dlcourse("release", ASSIGNMENT, "--out", out / "handout")
    with _step("3. A class of fifteen hands in", seconds):
        stub = out / "handout" / "assignments" / ASSIGNMENT / f"{ASSIGNMENT}.py"
        solution = source_path(ASSIGNMENT).read_text()
        told = make_class(ASSIGNMENT, solution, stub.read_text(), out / "submitted")
        print(f"{len(told)} submissions in {out / 'submitted'}")
    with _step("4. Grade them in the sandbox", seconds):
        # one of them never ends, and nobody who looks on should wait for all that it may take
        _dlcourse("grade", ASSIGNMENT, out / "submitted", "--out", grades, "--timeout", "5")
    curve = training / "curves.png"
    plot_curves(training / "metrics.csv", curve)
    results = json.loads((grades / "results.json").read_text())
    console.print(_class_table(results, told))
    console.print(_time_table(seconds))
    _what_next(out, curve)
    return 0


@contextmanager
def _step(title: str, seconds: dict[str, float]) -> Iterator[None]:
    console.rule(f"[bold]{title}", align="left")
    started = time.perf_counter()
    yield
    seconds[title] = time.perf_counter() - started


def _dlcourse(*arguments: str | Path) -> None:
    """Run one command as a reader of the README would, and show it.

    Raises:
        StepFailed: it ended with another status than 0, and has said why.
    """
    words = [str(argument) for argument in arguments]
    print("$ dlcourse", " ".join(words), flush=True)
    environment = {"WANDB_MODE": "offline", **os.environ}  # the demo asks nobody to log in
    status = subprocess.run([sys.executable, "-m", "course", *words], env=environment).returncode
    if status:
        raise StepFailed(f"demo: 'dlcourse {words[0]}' ended with status {status}")


def _class_table(results: dict[str, Any], told: dict[str, str]) -> Table:
    table = Table(title="The class", show_lines=False)
    table.add_column("student")
    table.add_column("handed in")
    table.add_column("score", justify="right")
    table.add_column("what the student reads first")
    for submission in results["submissions"]:
        student = submission["student"]
        table.add_row(
            escape(student),
            escape(told[student]),
            f"{submission['score']:g}"
            if submission["status"] == "graded"
            else submission["status"],
            escape(_first_problem(submission)),
        )
    return table


def _first_problem(submission: dict[str, Any]) -> str:
    for test in submission["tests"]:
        if test["status"] not in ("passed", "skipped"):
            return f"{test['task']}: {test['message']}"
    return str(submission["message"])


def _time_table(seconds: dict[str, float]) -> Table:
    table = Table(title="Time")
    table.add_column("step")
    table.add_column("seconds", justify="right")
    for title, taken in seconds.items():
        table.add_row(title, f"{taken:.1f}")
    return table


def _what_next(out: Path, curve: Path) -> None:
    grades = out / "grades"
    console.rule("[bold]Open these", align="left")
    for what, path in (
        ("training curve", curve),
        ("class report", grades / "report.html"),
        ("one student's feedback", grades / "feedback" / "dora.html"),
        ("what students get", out / "handout"),
        ("nbgrader's gradebook", grades / "gradebook.db"),
    ):
        print(f"{what:>24}  {path}")
    console.rule("[bold]Then", align="left")
    print("a lesson      dlcourse fit --config course/05_convolutions/lenet.yaml")
    print(f"a student     dlcourse check {ASSIGNMENT} {out}/handout/assignments/softmax/softmax.py")
    print(f"an instructor dlcourse grade {ASSIGNMENT} SUBMISSIONS --out GRADES")
    print("this machine  dlcourse doctor")

"""``dlcourse demo``: the whole course once, small. Train, release, hand in, grade, look."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from course.demo_class import make_class
from graders.catalogue import course_root, source_path
from graders.grade import grade
from graders.release import release

ASSIGNMENT = "softmax"
CONFIG = "course/01_linear_models/softmax.yaml"
console = Console()


def demo(out: Path) -> int:
    """Run every step into ``out`` and return the exit status."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    seconds: dict[str, float] = {}

    with _step("1. Train the softmax lesson on real digits", seconds):
        curve = _train(out / "training")
    with _step(f"2. Release the assignment '{ASSIGNMENT}' to students", seconds):
        release([ASSIGNMENT], out / "handout")
    with _step("3. A class of fifteen hands in", seconds):
        stub = out / "handout" / "assignments" / ASSIGNMENT / f"{ASSIGNMENT}.py"
        solution = source_path(ASSIGNMENT).read_text()
        told = make_class(ASSIGNMENT, solution, stub.read_text(), out / "submitted")
        print(f"{len(told)} submissions in {out / 'submitted'}")
    with _step("4. Grade them in the sandbox", seconds):
        status = grade(ASSIGNMENT, out / "submitted", out / "grades")
    if status:
        return status
    results = json.loads((out / "grades" / "results.json").read_text())
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


def _train(run_dir: Path) -> Path:
    """Fit and test the lesson's model; returns the training curve's figure."""
    os.environ.setdefault("WANDB_MODE", "offline")  # the demo asks nobody to log in
    from course.fit import main
    from lightning_modules.visualisation.curves import plot_curves

    config = str(course_root() / CONFIG)
    status = main(["fit", "--config", config, "--run_dir", str(run_dir)])
    if status:
        raise RuntimeError(f"training ended with status {status}")
    checkpoint = str(run_dir / "checkpoints" / "last.ckpt")
    main(
        ["test", "--config", config, "--ckpt_path", checkpoint, "--run_dir", str(run_dir / "test")]
    )
    figure = run_dir / "curves.png"
    plot_curves(run_dir / "metrics.csv", figure)
    return figure


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

"""kill -9 of a grader, a worker or a sandbox, at each of its moments: no grade is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from course.cli import main
from graders.engine.catalogue import source_path
from tests.processes import command_line, descendants

SOLUTION = source_path("softmax").read_text()
STUDENTS = 20
SECONDS = 60.0  # generous: whatever is waited for comes in one or two
MARKS = {"worker": "spawn_main", "sandbox": "bwrap"}  # in the command line of such a process


@dataclass
class Run:
    """One `dlcourse grade` that is to be killed."""

    process: subprocess.Popen[str]
    out: Path
    recorded_before: int

    def victims(self, kind: str) -> list[int]:
        if kind == "grader":
            return [self.process.pid]
        below = sorted(descendants(self.process.pid))
        return [pid for pid in below if MARKS[kind] in command_line(pid)]

    def wait_for(self, happened: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + SECONDS
        while not (found := happened()):
            if self.process.poll() is not None:
                pytest.fail(f"over before it was killed: {self.process.communicate()[1]}")
            assert time.monotonic() < deadline
            time.sleep(0.01)
        return found

    def recorded(self, more: int) -> bool:
        return len(records(self.out)) >= self.recorded_before + more

    def kill(self, kind: str, more_records: int = 0) -> None:
        """Kill the first of its kind, once the run has recorded so many grades."""
        self.wait_for(lambda: self.recorded(more_records) and self.victims(kind))
        os.kill(self.victims(kind)[0], signal.SIGKILL)


def records(out: Path) -> list[str]:
    """The whole lines that a run or several have recorded."""
    path = out / "records.jsonl"
    lines = path.read_text().splitlines(keepends=True) if path.exists() else []
    return [line for line in lines if line.endswith("}\n")]


def command(submitted: Path, out: Path) -> list[str]:
    return ["grade", "softmax", str(submitted), "--out", str(out)]


@contextmanager
def started(submitted: Path, out: Path) -> Iterator[Run]:
    """A run, of which nothing is left running afterwards."""
    words = [sys.executable, "-m", "course", *command(submitted, out), "--jobs", "2"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as process:
        run = Run(process, out, len(records(out)))
        try:
            yield run
        finally:
            members = {process.pid, *descendants(process.pid)}
            process.kill()
    deadline = time.monotonic() + SECONDS
    while any(Path(f"/proc/{pid}").exists() for pid in members):
        assert time.monotonic() < deadline, "something of a killed run goes on"
        time.sleep(0.02)


@pytest.fixture
def submitted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DLCOURSE_SECRET", "for a test")
    wrong = SOLUTION.replace("axis=1, keepdims=True", "keepdims=True")
    for number in range(STUDENTS):
        folder = tmp_path / "submitted" / f"s{number:02}"
        folder.mkdir(parents=True)
        text = wrong if number % 4 else SOLUTION
        (folder / "softmax.py").write_text(f"# {number}\n{text}")
    return tmp_path / "submitted"


def scores(out: Path) -> dict[str, Any]:
    results = json.loads((out / "results.json").read_text())
    return {
        s["student"]: (s["status"], s["score"], [(t["name"], t["status"]) for t in s["tests"]])
        for s in results["submissions"]
    }


def test_kills_lose_no_grade_and_leave_nothing(submitted: Path, tmp_path: Path) -> None:
    out = tmp_path / "killed"

    # the grader, a worker or a sandbox; before the run recorded anything, and under way
    for more in (0, 2):
        with started(submitted, out) as run:
            run.wait_for(lambda: run.victims("worker"))
            run.kill("grader", more)
        for kind in ("worker", "sandbox"):
            with started(submitted, out) as run:
                run.kill(kind, more)
                run.kill("grader", more + 1)  # the run recovered
        assert not (out / "results.json").exists()
        with (out / "records.jsonl").open("a") as file:
            file.write('{"key": "torn by the ki')

    # a run that loses a worker ends by itself
    with started(submitted, out) as run:
        run.kill("worker", 1)
        _, errors = run.process.communicate(timeout=SECONDS)
        assert run.process.returncode == 0, errors
    assert len(records(out)) == STUDENTS + 1  # and the reference

    # all is recorded: the grader, while it writes
    for name in ("results.json", "gradebook.db"):
        (out / name).unlink()
        with started(submitted, out) as run:
            run.wait_for((out / name).exists)
            run.kill("grader")

    assert main(command(submitted, out)) == 0
    assert main(command(submitted, tmp_path / "left alone")) == 0
    assert scores(out) == scores(tmp_path / "left alone")
    keys = [json.loads(line)["key"] for line in records(out)]
    assert len(keys) == len(set(keys)) == STUDENTS + 1, "something was graded twice"
    leftovers = [p.name for p in out.iterdir() if p.name.startswith(".") and p.name != ".lock"]
    assert leftovers == []

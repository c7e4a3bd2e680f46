"""kill -9 at twenty random moments, of the grader, a worker or a sandbox: no grade is lost."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from course.cli import main
from graders.engine.catalogue import source_path
from tests.processes import command_line, descendants

pytestmark = pytest.mark.alone

SOLUTION = source_path("softmax").read_text()
KILLS = 20
LONGEST_WAIT = 3.0  # seconds: a run of this class, start-up included, takes about as long


def scores(out):
    results = json.loads((out / "results.json").read_text())
    return {
        s["student"]: (s["status"], s["score"], [(t["name"], t["status"]) for t in s["tests"]])
        for s in results["submissions"]
    }


def test_twenty_kills_lose_no_grade_and_leave_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("DLCOURSE_SECRET", "for a test")
    for number in range(20):
        folder = tmp_path / "submitted" / f"s{number:02}"
        folder.mkdir(parents=True)
        wrong = (
            SOLUTION.replace("axis=1, keepdims=True", "keepdims=True") if number % 4 else SOLUTION
        )
        (folder / "softmax.py").write_text(f"# {number}\n{wrong}")
    out = tmp_path / "killed"
    command = [sys.executable, "-m", "course", "grade", "softmax", str(tmp_path / "submitted")]
    chance = random.Random(0)
    for _ in range(KILLS):
        with subprocess.Popen([*command, "--out", str(out)], stderr=subprocess.DEVNULL) as grader:
            time.sleep(chance.uniform(0, LONGEST_WAIT))
            members = [grader.pid, *sorted(descendants(grader.pid))]
            sandboxes = [pid for pid in members if "bwrap" in command_line(pid)]
            workers = [pid for pid in members if "spawn_main" in command_line(pid)]
            victim = chance.choice([grader.pid, *workers[:1], *sandboxes[:1]])
            with contextlib.suppress(ProcessLookupError):  # this run was over
                os.kill(victim, signal.SIGKILL)
            grader.wait(timeout=120)
        deadline = time.monotonic() + 60
        while any(Path(f"/proc/{pid}").exists() for pid in members):
            assert time.monotonic() < deadline, "something of a killed run goes on"
            time.sleep(0.02)

    assert main([*command[3:], "--out", str(out)]) == 0
    assert main([*command[3:], "--out", str(tmp_path / "left alone")]) == 0
    assert scores(out) == scores(tmp_path / "left alone")
    lines = (out / "records.jsonl").read_text().splitlines()
    keys = [json.loads(line)["key"] for line in lines if line.endswith("}")]
    assert len(keys) == len(set(keys)) == 21, "something was graded twice"  # and the reference
    leftovers = [p.name for p in out.iterdir() if p.name.startswith(".") and p.name != ".lock"]
    assert leftovers == []

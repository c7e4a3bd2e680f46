"""Ctrl-C or SIGTERM at any moment ends a run soon, keeps its work and leaves nothing running."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from course.cli import main
from graders.engine.catalogue import source_path
from tests.processes import command_line, descendants

SOLUTION = source_path("softmax").read_text()
STUDENTS = 12
SECONDS = 30.0  # what hangs does so for ever; the rest ends in a fraction of one


@pytest.fixture
def submitted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DLCOURSE_SECRET", "for a test")
    for number in range(STUDENTS):
        folder = tmp_path / "submitted" / f"s{number:02}"
        folder.mkdir(parents=True)
        (folder / "softmax.py").write_text(f"# {number}\n{SOLUTION}")
    return tmp_path / "submitted"


def recorded(out: Path) -> list[str]:
    path = out / "records.jsonl"
    return path.read_text().splitlines() if path.exists() else []


def interrupted(
    command: list[str], number: int, moment: Callable[[int], object], later: float
) -> tuple[int, str]:
    """Send a signal ``later`` than a moment: Ctrl-C as a terminal does, to all of the run.

    Returns:
        The exit status, and what was said on stderr.
    """
    with subprocess.Popen(
        [sys.executable, "-m", "course", *command, "--jobs", "2"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            deadline = time.monotonic() + SECONDS
            while not moment(process.pid):
                assert process.poll() is None, "the run was over before the moment came"
                assert time.monotonic() < deadline
                time.sleep(0.005)
            time.sleep(later)
            members = {process.pid, *descendants(process.pid)}
            send = os.killpg if number == signal.SIGINT else os.kill
            send(process.pid, number)
            said = process.communicate(timeout=SECONDS)[1]
        finally:
            process.kill()
    while any(Path(f"/proc/{pid}").exists() for pid in members):
        assert time.monotonic() < deadline, "something of an ended run goes on"
        time.sleep(0.02)
    return process.returncode, said


def test_a_run_that_is_told_to_end_does_so_and_keeps_its_work(
    submitted: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    command = ["grade", "softmax", str(submitted), "--out", str(out)]

    def below(mark: str) -> Callable[[int], object]:
        return lambda pid: [True for child in descendants(pid) if mark in command_line(child)]

    def more_than(lines: int) -> Callable[[int], object]:
        return lambda pid: len(recorded(out)) > lines

    # the jobs begin to be handed over, to workers that are not there yet: it hung for ever
    for later in (0.0, 0.2):
        status, said = interrupted(command, signal.SIGINT, below("spawn_main"), later)
        assert status == 130
        lines = said.splitlines()
        assert lines[-1] == "dlcourse: interrupted; what was finished is kept"
        assert "Traceback" not in said
    assert interrupted(command, signal.SIGTERM, below("spawn_main"), 0.1)[0] == 143
    for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        before = len(recorded(out))
        assert interrupted(command, number, more_than(before + 1), 0.0)[0] == status
        assert len(recorded(out)) > before + 1
    assert not (out / "results.json").exists()

    assert main(command) == 0
    keys = [json.loads(line)["key"] for line in recorded(out)]
    assert len(keys) == len(set(keys)) == STUDENTS + 1  # and the reference
    leftovers = [path.name for path in out.iterdir() if path.name.startswith(".")]
    assert leftovers == [".lock"]

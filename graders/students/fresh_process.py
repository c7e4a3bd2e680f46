"""Public tests of a student's file in a process of their own, whatever the file does to it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from graders.engine.catalogue import profile, source_path
from graders.errors import BadInput, GraderBroke
from graders.installation import ROOT, install_command, installed
from graders.sandbox.limits import Limits
from graders.students.report import Progress, Report

LOOK_SECONDS = 0.05
LOOP = "is there an endless loop?"


def run_checks(
    name: str,
    file: Path,
    *,
    seconds: float = Limits.submission_seconds,
    call_seconds: float = Limits.call_seconds,
    quiet: bool = False,
) -> Progress:
    """Run the public tests of assignment ``name`` on ``file`` and tell how they went.

    A call that takes longer than the grader would allow, or ends Python, costs the test that made
    it alone: the others run in a new process.

    Args:
        seconds: for all of it.
        call_seconds: for one call, or one cell.
        quiet: whether what the file prints goes nowhere.

    Raises:
        BadInput: what the assignment is written in is not installed here.
        GraderBroke: the checks themselves failed.
    """
    needs = profile(source_path(name)).distributions
    if lacking := [needed for needed in needs if not installed(needed)]:
        raise BadInput(f"{name} needs {', '.join(lacking)}: {install_command('lessons')}")
    with tempfile.TemporaryDirectory() as folder:
        report = Report(Path(folder) / "report.jsonl")
        command = [
            *(sys.executable, "-P", "-m", "graders.students.check_run"),
            *(name, str(file), str(report.path)),
        ]
        deadline = time.monotonic() + seconds
        while True:
            stopped = _run_process(command, report, call_seconds, deadline, quiet)
            progress = report.read()
            if progress.broke:
                raise GraderBroke(progress.broke)
            if progress.over:
                return progress
            if time.monotonic() > deadline:
                why = f"stopped when {seconds:g} s were over: {LOOP}"
                report.add_result(progress, "timeout", why)
                return report.read()
            if not progress.loaded and not progress.running:
                raise GraderBroke("the checks did not start")
            if stopped:
                why = f"stopped after the {call_seconds:g} s that one call may take: {LOOP}"
                report.add_end(progress, "timeout", why)
            else:
                report.add_end(progress, "error", "your code ended Python here")


def _run_process(
    command: list[str], report: Report, call_seconds: float, deadline: float, quiet: bool
) -> bool:
    """Run it to its end, or until a call or all of it takes too long; whether it was stopped."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    output = subprocess.DEVNULL if quiet else None
    with subprocess.Popen(command, env=environment, stdout=output, stderr=output) as process:
        try:
            size, since = 0, time.monotonic()
            while time.monotonic() < deadline:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(LOOK_SECONDS)
                    return False
                if report.size != size:  # something began or ended
                    size, since = report.size, time.monotonic()
                elif time.monotonic() - since > call_seconds and report.read().running:
                    break
            return True
        finally:
            process.kill()

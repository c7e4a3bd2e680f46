"""A sandbox that does not come up: refused is the instructor's to mend, killed is nobody's."""

from __future__ import annotations

import pytest

from course.cli import main
from graders.engine import worker
from graders.engine.catalogue import source_path
from graders.engine.cells import from_script
from graders.engine.settings import settings_for
from graders.engine.worker import GradingJob, grade_one
from graders.errors import BadInput, GraderBroke
from graders.sandbox import bubblewrap
from graders.sandbox.limits import Limits
from graders.sandbox.sandbox import Sandbox

KILLED = "kill -9 $$"
KILLED_INSIDE = "exit 137"  # how bubblewrap tells of a server that was killed
REFUSED = "echo bwrap: No permissions to create a new namespace >&2; exit 1"


@pytest.fixture
def starts_as(monkeypatch):
    def patch(script: str) -> None:
        monkeypatch.setattr(bubblewrap, "command", lambda *_: ["/bin/sh", "-c", script])
        worker.warm_grader.cache_clear()

    yield patch
    worker.warm_grader.cache_clear()


@pytest.mark.parametrize("script", [KILLED, KILLED_INSIDE])
def test_killed(starts_as, script):
    starts_as(script)
    with pytest.raises(GraderBroke, match="killed as it started"):
        Sandbox(Limits())


def test_refused(starts_as):
    starts_as(REFUSED)
    with pytest.raises(BadInput, match="No permissions to create a new namespace"):
        Sandbox(Limits())


def test_a_killed_sandbox_is_a_failed_submission(starts_as):
    starts_as(KILLED)
    code = from_script("softmax.py", source_path("softmax").read_bytes())
    result = grade_one(settings_for("softmax", 10), GradingJob("ada", b"", "", code))
    assert result.status == "failed"
    assert "the sandbox was killed as it started" in result.message


@pytest.mark.parametrize(("script", "status"), [(KILLED, 1), (REFUSED, 2)])
def test_exit_status(starts_as, monkeypatch, tmp_path, capsys, script, status):
    starts_as(script)
    monkeypatch.setenv("DLCOURSE_SECRET", "for a test")
    # as the worker processes do, but where the patch is in force
    monkeypatch.setattr("graders.grade.perform_all", lambda perform, jobs, *_: map(perform, jobs))
    (tmp_path / "in" / "ada").mkdir(parents=True)
    (tmp_path / "in" / "ada" / "softmax.py").write_text("x = 1")
    arguments = ["grade", "softmax", str(tmp_path / "in"), "--out", str(tmp_path / "out")]
    assert main([*arguments, "--jobs", "1"]) == status
    assert "the sandbox" in capsys.readouterr().err.splitlines()[-1]

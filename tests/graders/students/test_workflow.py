"""What GitHub runs on a push: read as GitHub reads it, and its steps run as a runner runs them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from graders.engine.catalogue import assignment_names, source_path, uses_torch
from graders.students.release import release
from graders.students.workflow import workflow


def read(text: str) -> dict[str, Any]:
    """GitHub's YAML is 1.2, in which ``on`` is a word."""
    found = yaml.safe_load(text)
    found["on"] = found.pop(True)
    return found


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("release") / "handout"
    release(["softmax"], out)
    return out


def pushed(bundle: Path, tmp_path: Path) -> tuple[int, str]:
    """The status of the step that checks, and the summary that it wrote."""
    (job,) = read((bundle / ".github/workflows/softmax.yml").read_text())["jobs"].values()
    (step,) = (step for step in job["steps"] if step.get("name") == "Check")
    # as installed from the repository
    command = tmp_path / "bin" / "dlcourse"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m course "$@"\n')
    command.chmod(0o755)
    summary = tmp_path / "summary.md"
    environment = {
        **os.environ,
        **step["env"],
        "PATH": f"{command.parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(bundle),
        "GITHUB_STEP_SUMMARY": str(summary),
    }
    # https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax, `shell: bash`
    shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    done = subprocess.run(
        shell, cwd=bundle, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    return done.returncode, summary.read_text()


def test_a_push_is_red_until_every_check_passes(bundle: Path, tmp_path: Path) -> None:
    status, summary = pushed(bundle, tmp_path)
    assert status == 1
    assert "0 of " in summary
    work = bundle / "assignments/softmax/softmax.py"
    work.write_text(source_path("softmax").read_text())
    (tmp_path / "again").mkdir()
    status, summary = pushed(bundle, tmp_path / "again")
    assert status == 0, summary
    assert summary.startswith("```text\n")
    assert summary.endswith("checks pass\n```\n")


@pytest.mark.parametrize("name", assignment_names())
def test_a_workflow_may_read_and_installs_what_its_assignment_needs(name: str) -> None:
    found = read(workflow(name))
    assert found["permissions"] == {"contents": "read"}
    assert found["on"]["push"]["paths"] == [f"assignments/{name}/**"]
    (job,) = found["jobs"].values()
    (install,) = (step["run"] for step in job["steps"] if step.get("name") == "Install")
    assert ("[lessons]" in install) == uses_torch(name)


def test_a_release_has_one_for_each_of_its_assignments(bundle: Path) -> None:
    assert [path.name for path in (bundle / ".github/workflows").iterdir()] == ["softmax.yml"]

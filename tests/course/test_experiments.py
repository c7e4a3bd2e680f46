"""Every experiment of the course runs end to end, small, in one process that imports torch once."""

from __future__ import annotations

from pathlib import Path

import pytest

from course.cli import main
from lightning_modules.datamodules import in_memory

PATHS = sorted((Path(__file__).parents[2] / "course").glob("*/experiments/*.yaml"))


@pytest.mark.parametrize("name", [path.stem for path in PATHS])
def test_each_experiment_runs_at_the_smoke_budget(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(in_memory, "EVALUATED", 64)  # enough to see that it can be tested
    assert main(["experiment", "run", name, "--budget", "smoke", "--jobs", "1"]) == 0
    shown = capsys.readouterr().out
    assert name in shown
    assert "ncomplete" not in shown, shown  # every metric of the bar is there
    assert list(tmp_path.iterdir()) == []  # nothing is kept


def test_names_are_unique():
    assert len({path.stem for path in PATHS}) == len(PATHS)

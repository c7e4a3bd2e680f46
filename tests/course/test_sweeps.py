"""Sweep files: W&B's own reader takes them, and what its agent would run is a run of ours."""

from __future__ import annotations

import os
import shutil
import warnings
from pathlib import Path
from types import ModuleType

import pytest

from course.cli import main

ROOT = Path(__file__).parents[2]
FILES = sorted(ROOT.glob("course/*/sweeps/*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_wandb_accepts_the_file_and_an_agent_can_run_its_command(path, tmp_path, monkeypatch):
    # here, not above: each worker imports this file, one runs it
    from wandb.sdk.launch.sweeps import utils

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pydantic, about how it is written
        import sweeps

    config = utils.load_sweep_config(str(path))
    assert sweeps.schema_violations_from_proposed_config(config) == []
    point = sweeps.next_run(config, []).config
    command = agents_command(utils, config, point)
    assert command[:2] == ["/usr/bin/env", "dlcourse"]
    assert shutil.which("dlcourse", path=os.environ["PATH"] + f":{ROOT}/.venv/bin")

    monkeypatch.chdir(ROOT)  # where the agent is started: configs are named from there
    monkeypatch.setenv("WANDB_MODE", "disabled")
    quick = ["--trainer.max_epochs", "1", "--trainer.limit_train_batches", "1"]
    quick += ["--trainer.enable_progress_bar", "false"]
    assert main([*command[2:], *quick, "--run_dir", str(tmp_path / "run")]) == 0
    logged = (tmp_path / "run" / "metrics.csv").read_text().splitlines()[0].split(",")
    assert config["metric"]["name"] in logged
    saved = (tmp_path / "run" / "config.yaml").read_text()
    for key, value in point.items():
        assert f"{key.rpartition('.')[2]}: {value['value']}" in saved


def agents_command(utils: ModuleType, config: dict, point: dict) -> list[str]:
    """As `wandb agent` builds it from the file and a point that the server gave it."""
    values = utils.create_sweep_command_args({"args": point})
    values["env"] = ["/usr/bin/env"]
    words = []
    for word in utils.create_sweep_command(config["command"]):
        words += values[word[2:-1]] if word.startswith("${") else [word]
    return words


def test_lessons_2_and_3_have_one():
    assert [path.parts[-3] for path in FILES] == ["02_optimization", "03_regularization"]

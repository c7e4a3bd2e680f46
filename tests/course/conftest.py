"""Runs of `dlcourse fit` on two processes, made once for all tests that look at them."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch

from course.cli import main
from tests.course import short_fits

ROOT = Path(__file__).resolve().parents[2]
OPTIONS = [
    *("fit", "--config", str(ROOT / "course/04_neural_networks/mlp.yaml")),
    *("--trainer.limit_train_batches", "6", "--trainer.enable_progress_bar", "false"),
    *("--trainer.accelerator", "cpu", "--model.init_args.model.init_args.dropout", "0"),
    *("--model.init_args.schedule", "constant", "--model.init_args.optimizer", "SGD"),
    *("--data.init_args.val_size", "1001"),  # does not divide by two
]
NORMALISED = ["--trainer.callbacks+=BatchNorm", "--trainer.max_epochs", "1"]
TWO = ["--trainer.devices", "2", "--trainer.strategy", "ddp"]
ENDLESS = [
    *("fit", "--config", str(ROOT / "course/01_linear_models/softmax.yaml")),
    *("--trainer.accelerator", "cpu", *TWO, "--trainer.max_epochs", "100000"),
    *("--trainer.enable_progress_bar", "false", "--run_dir", "run"),
]
# what each launcher tells a process, beside the port
ALONE = [{"WANDB_MODE": "offline"}]  # Lightning starts the second by itself
TORCHRUN = [
    {
        "MASTER_ADDR": "127.0.0.1",
        "WORLD_SIZE": "2",
        "LOCAL_WORLD_SIZE": "2",
        "RANK": rank,
        "GROUP_RANK": "0",
        "LOCAL_RANK": rank,
        "TORCHELASTIC_RUN_ID": "none",
    }
    for rank in "01"
]
SLURM = [
    {
        "MASTER_ADDR": "127.0.0.1",
        "SLURM_JOB_ID": "4711",
        "SLURM_JOB_NAME": "lesson",
        "SLURM_NTASKS": "2",
        "SLURM_NTASKS_PER_NODE": "2",
        "SLURM_NNODES": "1",
        "SLURM_NODELIST": "127.0.0.1",
        "SLURM_NODEID": "0",
        "SLURM_PROCID": rank,
        "SLURM_LOCALID": rank,
    }
    for rank in "01"
]


@dataclass(frozen=True)
class Runs:
    """What commands left in `folder`: on one process `one`, two epochs, `first`, the first of them,
    and `whole`, that with batch normalisation; on two processes the rest."""

    folder: Path
    statuses: dict[str, list[int]]

    def of(self, name: str) -> Path:
        """The run's own folder."""
        (found,) = [*(self.folder / name).glob("run"), *(self.folder / name).glob("runs/*/*")]
        return found

    def errors(self, name: str) -> list[str]:
        """What each process that was started here left on its standard error."""
        return [path.read_text() for path in sorted(self.folder.glob(f"{name}.*.err"))]

    def rows(self, name: str) -> list[dict[str, str]]:
        with (self.of(name) / "metrics.csv").open() as file:
            return list(csv.DictReader(file))

    def weights(self, name: str) -> dict[str, Any]:
        return weights(self.of(name))


def weights(run_dir: Path) -> dict[str, Any]:
    """The network's weights after the last epoch, by name."""
    state = torch.load(run_dir / "checkpoints/last.ckpt", weights_only=True)["state_dict"]
    return {name: value for name, value in state.items() if name.startswith("model.")}


def fit(run_dir: Path, *options: str) -> None:
    """A run in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WANDB_MODE", "disabled")
        patch.setattr(sys, "argv", ["dlcourse"])
        assert main([*OPTIONS, "--run_dir", str(run_dir), *options]) == 0


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    folder = tmp_path_factory.mktemp("processes")
    fit(folder / "one/run", "--trainer.max_epochs", "2")
    fit(folder / "first/run", "--trainer.max_epochs", "1")
    fit(folder / "whole/run", *NORMALISED)
    two = [*OPTIONS, *TWO, "--trainer.max_epochs", "2"]
    here = [*two, "--run_dir", "run"]
    last = str(folder / "first/run/checkpoints/last.ckpt")
    sync = ["--trainer.sync_batchnorm", "true"]
    commands: dict[str, tuple[list[str], list[dict[str, str]], int | None]] = {
        "lightning": ([*here, "--trainer.max_epochs", "1"], ALONE, None),
        "torchrun": ([*here, "--ckpt_path", last], TORCHRUN, None),
        "slurm": (two, SLURM, None),
        "normalised": ([*here, *NORMALISED, *sync], TORCHRUN, None),
        "nan": ([*here, "--model.init_args.learning_rate", "1e30"], TORCHRUN, None),
        "small": ([*here, "--data.init_args.batch_size", "1"], TORCHRUN, None),
        "first_killed": (ENDLESS, [{}], 0),
        "second_killed": (ENDLESS, [{}], 1),
    }
    keys = ("argv", "environments", "kill")
    orders = {name: dict(zip(keys, order, strict=True)) for name, order in commands.items()}
    environment = {"WANDB_MODE": "disabled", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("forked.py")), str(folder)],
        input=json.dumps(orders),
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr
    return Runs(folder, json.loads(done.stdout))


@pytest.fixture
def in_a_folder_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Commands find no runs of others, and W&B gets nothing."""
    monkeypatch.setenv("WANDB_MODE", "disabled")
    monkeypatch.setattr(sys, "argv", ["dlcourse"])
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="package")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An uninterrupted run of a network with dropout, a schedule and a stateful optimizer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WANDB_MODE", "disabled")
        patch.setattr(sys, "argv", ["dlcourse"])
        run_dir = tmp_path_factory.mktemp("whole")
        assert short_fits.fit(run_dir) == 0
    return run_dir

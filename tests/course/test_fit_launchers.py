"""`dlcourse fit` under torchrun and SLURM, and what two processes do when something is wrong."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from course.cli import main

ROOT = Path(__file__).resolve().parents[2]
OPTIONS = [
    *("fit", "--config", str(ROOT / "course/04_neural_networks/mlp.yaml")),
    *("--trainer.limit_train_batches", "6", "--trainer.enable_progress_bar", "false"),
    *("--trainer.accelerator", "cpu", "--model.init_args.model.init_args.dropout", "0"),
    *("--model.init_args.schedule", "constant", "--model.init_args.optimizer", "SGD"),
]
NORMALISED = ["--trainer.callbacks+=BatchNorm", "--trainer.max_epochs", "1"]
TWO = ["--trainer.devices", "2", "--trainer.strategy", "ddp"]
# what each launcher tells a process, beside the port
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


class Results:
    """What the commands of two processes left in `folder`."""

    def __init__(self, folder: Path, statuses: dict[str, list[int]]) -> None:
        self.folder, self.statuses = folder, statuses

    def errors(self, name: str) -> list[str]:
        return [(self.folder / f"{name}.{rank}.err").read_text() for rank in (0, 1)]


def state(path: Path) -> dict[str, Any]:
    return torch.load(path / "checkpoints/last.ckpt", weights_only=True)["state_dict"]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """On one process: `one`, two epochs, `first`, the first of them, and `whole`, that with batch
    normalisation; the rest on two."""
    folder = tmp_path_factory.mktemp("launchers")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WANDB_MODE", "disabled")
        patch.setattr(sys, "argv", ["dlcourse"])
        for name, epochs in (("one", "2"), ("first", "1")):
            run_dir = str(folder / name)
            assert main([*OPTIONS, "--trainer.max_epochs", epochs, "--run_dir", run_dir]) == 0
        assert main([*OPTIONS, *NORMALISED, "--run_dir", str(folder / "whole")]) == 0
    last = str(folder / "first/checkpoints/last.ckpt")
    commands = {
        "torchrun": ([*TWO, "--run_dir", "torchrun", "--ckpt_path", last], TORCHRUN),
        "slurm": (TWO, SLURM),
        "cut": (
            [*TWO, *NORMALISED, "--trainer.sync_batchnorm", "true", "--run_dir", "cut"],
            TORCHRUN,
        ),
        "nan": ([*TWO, "--run_dir", "nan", "--model.init_args.learning_rate", "1e30"], TORCHRUN),
        "small": ([*TWO, "--run_dir", "small", "--data.init_args.batch_size", "1"], TORCHRUN),
    }
    orders = {
        name: {"argv": [*OPTIONS, "--trainer.max_epochs", "2", *argv], "environments": environments}
        for name, (argv, environments) in commands.items()
    }
    environment = {**os.environ, "WANDB_MODE": "disabled", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, str(Path(__file__).parent / "forked.py"), str(folder)],
        input=json.dumps(orders),
        cwd=folder,
        env={**environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr
    return Results(folder, json.loads(done.stdout))


def test_under_torchrun_one_process_begins_and_two_end(results: Results) -> None:
    assert results.statuses["torchrun"] == [0, 0], results.errors("torchrun")
    expected = state(results.folder / "one")
    for name, weights in state(results.folder / "torchrun").items():
        if name.startswith("model."):
            torch.testing.assert_close(weights, expected[name], rtol=1e-5, atol=1e-6)


def test_under_slurm_two_tasks_make_one_run(results: Results) -> None:
    assert results.statuses["slurm"] == [0, 0], results.errors("slurm")
    (run_dir,) = (results.folder / "runs").glob("*/*")
    expected = state(results.folder / "one")
    for name, weights in state(run_dir).items():
        if name.startswith("model."):
            torch.testing.assert_close(weights, expected[name], rtol=1e-5, atol=1e-6)
    with (run_dir / "metrics.csv").open() as file:
        assert sum(bool(row["val_acc"]) for row in csv.DictReader(file)) == 2


def test_batch_normalisation_sees_the_batch_of_both_processes(results: Results) -> None:
    assert results.statuses["cut"] == [0, 0], results.errors("cut")
    expected = state(results.folder / "whole")
    for name, weights in state(results.folder / "cut").items():
        if name.startswith("model."):
            torch.testing.assert_close(weights, expected[name], rtol=1e-5, atol=1e-5)


def test_a_loss_that_is_not_finite_is_said_once(results: Results) -> None:
    assert results.statuses["nan"] == [1, 1]
    first, second = results.errors("nan")
    assert second == ""
    assert "learning_rate" in first
    assert first.count("dlcourse:") == 1


def test_a_batch_that_two_processes_cannot_share(results: Results) -> None:
    assert results.statuses["small"] == [2, 2]
    first, second = results.errors("small")
    assert "data.batch_size is 1 over all processes; it must be at least their number, 2" in first
    assert first.count("\n") == 1
    assert second == ""

"""`dlcourse fit` on two processes (gloo) does what it does on one."""

from __future__ import annotations

import csv
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
    *("--model.init_args.model.init_args.dropout", "0"),
    *("--model.init_args.schedule", "constant", "--model.init_args.optimizer", "SGD"),
    *("--data.init_args.val_size", "1001"),  # does not divide by two
]
TWO = ["--trainer.accelerator", "cpu", "--trainer.devices", "2", "--trainer.strategy", "ddp"]


def run(run_dir: Path, max_epochs: int, *options: str) -> list[str]:
    return [*OPTIONS, "--run_dir", str(run_dir), "--trainer.max_epochs", str(max_epochs), *options]


def in_two_processes(arguments: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "WANDB_MODE": "offline",
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "course", *arguments]
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=300
    )


def checkpoint(run_dir: Path) -> dict[str, Any]:
    return torch.load(run_dir / "checkpoints/last.ckpt", weights_only=True)


def rows(run_dir: Path) -> list[dict[str, str]]:
    with (run_dir / "metrics.csv").open() as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`one`: two epochs on one process; `two`: the first of them on two processes."""
    folder = tmp_path_factory.mktemp("processes")
    done = in_two_processes(run(folder / "two", 1, *TWO), folder)
    assert done.returncode == 0, done.stderr
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WANDB_MODE", "disabled")
        patch.setattr(sys, "argv", ["dlcourse"])
        assert main(run(folder / "one", 2)) == 0
    return folder


def test_the_same_steps_and_the_same_metrics(runs: Path) -> None:
    """Losses of six steps, then loss and accuracy over 1,001 validation images, to 1e-6."""
    found = rows(runs / "two")
    expected = rows(runs / "one")[: len(found)]
    assert any(row["val_acc"] for row in found)
    for one, other in zip(expected, found, strict=True):
        for column in ("train_loss", "val_loss", "val_acc"):
            assert bool(one[column]) == bool(other[column])
            if one[column]:
                assert float(one[column]) == pytest.approx(float(other[column]), rel=2e-6)


def test_accuracy_counts_each_image_once(runs: Path) -> None:
    """A padded duplicate would make it a multiple of 1/1002."""
    for run_dir in (runs / "one", runs / "two"):
        for row in rows(run_dir):
            if row["val_acc"]:
                correct = float(row["val_acc"]) * 1001
                assert correct == pytest.approx(round(correct), abs=1e-3)


def test_files_are_written_once(runs: Path) -> None:
    names = sorted(path.name for path in (runs / "two").iterdir())
    assert names == ["checkpoints", "config.yaml", "hparams.yaml", "metrics.csv", "wandb"]
    assert len(list((runs / "two").glob("wandb/offline-run-*"))) == 1
    assert len(list(runs.glob("*"))) == 2


def test_two_processes_begin_and_one_ends(
    runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANDB_MODE", "disabled")
    monkeypatch.setattr(sys, "argv", ["dlcourse"])
    last = str(runs / "two/checkpoints/last.ckpt")
    assert main(run(tmp_path / "end", 2, "--ckpt_path", last)) == 0
    found, expected = checkpoint(tmp_path / "end"), checkpoint(runs / "one")
    for name, weights in expected["state_dict"].items():
        if name.startswith("model."):
            torch.testing.assert_close(found["state_dict"][name], weights, rtol=1e-5, atol=1e-6)

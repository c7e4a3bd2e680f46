"""Short runs of `dlcourse fit` in the process of the tests, and what they leave."""

from __future__ import annotations

import csv
import os
import signal
from pathlib import Path
from typing import Any

import pytest
import torch

from course.cli import main

ROOT = Path(__file__).resolve().parents[2]
SOFTMAX = ROOT / "course/01_linear_models/softmax.yaml"
MLP = ROOT / "course/04_neural_networks/mlp.yaml"
SHORT = ["--trainer.limit_train_batches", "12", "--trainer.max_epochs", "3"]
QUIET = ["--trainer.enable_progress_bar", "false"]


def fit(run_dir: Path, *options: str, config: Path = MLP) -> int:
    """Three epochs of twelve batches, unless the options say otherwise."""
    arguments = ["fit", "--config", str(config), "--run_dir", str(run_dir), *SHORT, *QUIET]
    return main([*arguments, *options])


def rows(run_dir: Path) -> list[dict[str, str]]:
    with (run_dir / "metrics.csv").open() as file:
        return list(csv.DictReader(file))


def checkpoint(run_dir: Path, name: str = "last") -> dict[str, Any]:
    # weights_only: no class of ours, and none of anybody's, is unpickled
    return torch.load(run_dir / "checkpoints" / f"{name}.ckpt", weights_only=True)


def interrupt_at(monkeypatch: pytest.MonkeyPatch, epoch: int, batch: int) -> None:
    """Ctrl-C before a batch of the run to come."""
    from course import run_parts

    class Interrupting(run_parts.StepSeed):
        def on_train_batch_start(self, trainer, pl_module, data, batch_idx):  # type: ignore[no-untyped-def]
            super().on_train_batch_start(trainer, pl_module, data, batch_idx)
            if (trainer.current_epoch, batch_idx) == (epoch, batch):
                os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(run_parts, "StepSeed", Interrupting)

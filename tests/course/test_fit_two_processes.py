"""`dlcourse fit` on two processes (gloo) does what it does on one."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tests.course.conftest import Runs, fit, weights


def test_the_same_steps_and_the_same_metrics(runs: Runs) -> None:
    """Losses of six steps, then loss and accuracy over 1,001 validation images, to 1e-6."""
    assert runs.statuses["lightning"] == [0], runs.errors("lightning")
    found = runs.rows("lightning")
    expected = runs.rows("one")[: len(found)]
    assert any(row["val_acc"] for row in found)
    for one, other in zip(expected, found, strict=True):
        for column in ("train_loss", "val_loss", "val_acc"):
            assert bool(one[column]) == bool(other[column])
            if one[column]:
                assert float(one[column]) == pytest.approx(float(other[column]), rel=2e-6)


def test_accuracy_counts_each_image_once(runs: Runs) -> None:
    """A padded duplicate would make it a multiple of 1/1002."""
    for name in ("one", "lightning"):
        for row in runs.rows(name):
            if row["val_acc"]:
                correct = float(row["val_acc"]) * 1001
                assert correct == pytest.approx(round(correct), abs=1e-3)


def test_files_are_written_once(runs: Runs) -> None:
    run_dir = runs.of("lightning")
    names = sorted(path.name for path in run_dir.iterdir())
    assert names == ["checkpoints", "config.yaml", "hparams.yaml", "metrics.csv", "wandb"]
    assert len(list(run_dir.glob("wandb/offline-run-*"))) == 1
    assert list(run_dir.parent.iterdir()) == [run_dir]


def test_two_processes_begin_and_one_ends(runs: Runs, tmp_path: Path) -> None:
    last = str(runs.of("lightning") / "checkpoints/last.ckpt")
    fit(tmp_path, "--trainer.max_epochs", "2", "--ckpt_path", last)
    torch.testing.assert_close(weights(tmp_path), runs.weights("one"), rtol=1e-5, atol=1e-6)

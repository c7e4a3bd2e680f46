"""`dlcourse fit` under torchrun and SLURM, and what two processes do when something is wrong."""

from __future__ import annotations

import torch

from tests.course.conftest import Runs


def test_under_torchrun_one_process_begins_and_two_end(runs: Runs) -> None:
    assert runs.statuses["torchrun"] == [0, 0], runs.errors("torchrun")
    torch.testing.assert_close(runs.weights("torchrun"), runs.weights("one"), rtol=1e-5, atol=1e-6)


def test_under_slurm_two_tasks_make_one_run(runs: Runs) -> None:
    assert runs.statuses["slurm"] == [0, 0], runs.errors("slurm")
    torch.testing.assert_close(runs.weights("slurm"), runs.weights("one"), rtol=1e-5, atol=1e-6)
    assert sum(bool(row["val_acc"]) for row in runs.rows("slurm")) == 2


def test_batch_normalisation_sees_the_batch_of_both_processes(runs: Runs) -> None:
    assert runs.statuses["normalised"] == [0, 0], runs.errors("normalised")
    found, expected = runs.weights("normalised"), runs.weights("whole")
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)


def test_a_loss_that_is_not_finite_is_said_once(runs: Runs) -> None:
    assert runs.statuses["nan"] == [1, 1]
    first, second = runs.errors("nan")
    assert second == ""
    assert "learning_rate" in first
    assert first.count("dlcourse:") == 1


def test_a_batch_that_two_processes_cannot_share(runs: Runs) -> None:
    assert runs.statuses["small"] == [2, 2]
    first, second = runs.errors("small")
    assert "data.batch_size is 1 over all processes; it must be at least their number, 2" in first
    assert first.count("\n") == 1
    assert second == ""

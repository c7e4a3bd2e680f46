"""The progress bar is redrawn by the clock, whatever a step takes."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import Any

import lightning.pytorch as pl
import pytest
from registry import CASES
from short_runs import Tiny, build, trainer

from lightning_modules.callbacks import progress

CASE = next(case for case in CASES if case.name == "softmax")


class Redrawn(progress.TimedProgressBar):
    """Counts how often its numbers are written anew."""

    times = 0

    def get_metrics(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> dict[str, Any]:
        self.times += 1
        return super().get_metrics(trainer, pl_module)


@pytest.mark.parametrize(
    ("seconds", "redraws"), [(0.5, 2), (5.0, 11), (20.0, 20)], ids=["fast", "medium", "slow"]
)
def test_a_file_gets_a_line_every_ten_seconds(
    seconds: float, redraws: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty steps that take so long each; the last is always drawn."""
    clock = itertools.count(100.0, seconds)
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    bar = Redrawn()
    run = trainer(CASE, bar, max_epochs=1, limit_val_batches=0, enable_progress_bar=True)
    run.fit(build(CASE), datamodule=Tiny(CASE, train=20, batch_size=1))
    assert bar.times == redraws + 1  # and once at the epoch's end
    assert "loss" in bar.get_metrics(run, run.lightning_module)

"""A progress bar that is redrawn by the clock, so that fast steps do not wait for the terminal."""

from __future__ import annotations

import sys
import time
from typing import Any

import lightning.pytorch as pl
from lightning.pytorch.callbacks import TQDMProgressBar


class TimedProgressBar(TQDMProgressBar):
    """Ten times a second on a terminal; every ten seconds where the output goes to a file."""

    def __init__(self) -> None:
        super().__init__()
        self._interval_s = 0.1 if sys.stdout.isatty() else 10.0
        self._drawn = 0.0
        self._loss: float | None = None

    def _due(self, last: bool) -> bool:
        now = time.monotonic()
        if not last and now - self._drawn < self._interval_s:
            return False
        self._drawn = now
        return True

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
    ) -> None:
        if self._due(trainer.is_last_batch):
            self._loss = outputs["loss"].item()
            super().on_train_batch_end(trainer, pl_module, outputs, batch, batch_idx)

    def get_metrics(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule
    ) -> dict[str, int | str | float | dict[str, float]]:
        """The loss of the last batch, then what the task logs for the bar."""
        metrics = super().get_metrics(trainer, pl_module)
        metrics.pop("v_num", None)
        return {**({} if self._loss is None else {"loss": self._loss}), **metrics}

    def on_validation_batch_end(self, *args: Any) -> None:
        if self._due(last=False):
            super().on_validation_batch_end(*args)

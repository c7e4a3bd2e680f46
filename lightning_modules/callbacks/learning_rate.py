"""The learning rate of every step that is logged."""

from __future__ import annotations

from typing import Any

import lightning.pytorch as pl
from lightning.pytorch.callbacks import LearningRateMonitor

from lightning_modules.steps import begins_step


class StepRates(LearningRateMonitor):
    """Lightning's monitor, once for each step also where a step takes several batches."""

    def __init__(self) -> None:
        super().__init__(logging_interval="step")

    def on_train_batch_start(self, trainer: pl.Trainer, *args: Any, **options: Any) -> None:
        batch_idx = args[-1]
        if begins_step(trainer, batch_idx):
            super().on_train_batch_start(trainer, *args, **options)

"""Regression: the mean squared error, and the share of the variance that is explained."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from torch.nn import functional as F
from torchmetrics import MetricCollection, R2Score

from lightning_modules.datamodules.batches import Batch
from lightning_modules.tasks.answers import Numbers
from lightning_modules.tasks.base import Task


class Regression(Task):
    """Trains any network that maps inputs to one number each.

    The losses are mean squared errors, in squared units of the targets. Logs beside them `val_r2`
    and `test_r2`, `1 - |y - f|^2 / |y - mean(y)|^2`: 0 for a model that says the mean, 1 for one
    that is always right.

    Args:
        model: inputs (N, ...) to predictions (N,) or (N, 1).
        optimization: optimizer, schedule and memory format, as `Task` takes them.
    """

    answers = Numbers("prediction")

    def __init__(self, model: nn.Module, **optimization: Any) -> None:
        super().__init__(model, **optimization)
        self.measure(r2=R2Score())

    def forward(self, x: Tensor) -> Tensor:
        """Inputs (N, ...) to predictions (N,)."""
        return super().forward(x).view(len(x))  # a network may give (N, 1)

    def batch_loss(self, batch: Batch) -> Tensor:
        x, y = batch
        return F.mse_loss(self(x), y)

    def evaluate(self, metrics: MetricCollection, batch: Batch, batch_idx: int) -> None:
        x, y = batch
        predicted = self(x)  # (N,)
        metrics["loss"].update(F.mse_loss(predicted, y, reduction="none"))
        metrics["r2"].update(predicted, y)

    def predict_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """Predictions (N,)."""
        return self(batch[0])

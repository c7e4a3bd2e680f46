"""Regression: the mean squared error, and the share of the variance that is explained."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from torch.nn import functional as F
from torchmetrics import MeanMetric, R2Score

from lightning_modules.datamodules.batches import Batch
from lightning_modules.tasks.base import Task


class Regression(Task):
    """Trains any network that maps inputs to one number each.

    Logs `train_loss`, `val_loss` and `test_loss`, mean squared errors in squared units of the
    targets, and `val_r2` and `test_r2`, `1 - |y - f|^2 / |y - mean(y)|^2`: 0 for a model that says
    the mean, 1 for one that is always right. All are exact on any number of processes.

    Args:
        model: inputs (N, ...) to predictions (N,).
        optimization: optimizer, schedule and memory format, as `Task` takes them.
    """

    def __init__(self, model: nn.Module, **optimization: Any) -> None:
        super().__init__(model, **optimization)
        self.val_loss = MeanMetric(nan_strategy="disable")
        self.test_loss = MeanMetric(nan_strategy="disable")
        self.val_r2 = R2Score()
        self.test_r2 = R2Score()

    def batch_loss(self, batch: Batch) -> Tensor:
        x, y = batch
        return F.mse_loss(self(x), y)

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        x, y = batch
        predicted = self(x)  # (N,)
        self.val_loss.update(F.mse_loss(predicted, y, reduction="none"))
        self.val_r2.update(predicted, y)

    def on_validation_epoch_end(self) -> None:
        self.log("val_loss", self.val_loss, prog_bar=True)
        self.log("val_r2", self.val_r2, prog_bar=True)

    def test_step(self, batch: Batch, batch_idx: int) -> None:
        x, y = batch
        predicted = self(x)  # (N,)
        self.test_loss.update(F.mse_loss(predicted, y, reduction="none"))
        self.test_r2.update(predicted, y)

    def on_test_epoch_end(self) -> None:
        self.log("test_loss", self.test_loss)
        self.log("test_r2", self.test_r2)

    def predict_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """Predictions (N,)."""
        return self(batch[0])

"""Forecasting: the error beside that of forecasts that need no training."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from torch.nn import functional as F
from torchmetrics import MeanMetric

from lightning_modules.datamodules.batches import Batch
from lightning_modules.models.forecasters import naive, seasonal_naive
from lightning_modules.tasks.base import Task

RULES = ("", "_naive", "_seasonal")  # the network, and what it is measured against


class RootMean(MeanMetric):
    """The root of the mean of what it is given, here squared errors."""

    def compute(self) -> Tensor:
        return super().compute().sqrt()


class Forecast(Task):
    """Trains a network on the squared error of what it says comes next.

    Logs `val_loss` and `test_loss`, the mean squared error in units of `scale` squared, and for the
    network and both rules the root of it in the series' unit: `val_rmse`, `val_rmse_naive`,
    `val_rmse_seasonal`, and the same of testing; beside those `train_loss` (see `Task`).

    Args:
        model: pasts (N, T) to futures (N, H).
        period: of the season, in steps.
        scale: the loss is that of values divided by it.
        optimization: optimizer, schedule and memory format, as `Task` takes them.
    """

    def __init__(
        self, model: nn.Module, period: int = 132, scale: float = 100.0, **optimization: Any
    ) -> None:
        super().__init__(model, **optimization)
        self.period, self.scale = period, scale
        self.val_loss = MeanMetric(nan_strategy="disable")
        self.test_loss = MeanMetric(nan_strategy="disable")
        for stage in ("val", "test"):
            for rule in RULES:
                self.add_module(f"{stage}_rmse{rule}", RootMean(nan_strategy="disable"))

    def _rmse(self, stage: str, rule: str) -> RootMean:
        metric = self.get_submodule(f"{stage}_rmse{rule}")
        assert isinstance(metric, RootMean)
        return metric

    def batch_loss(self, batch: Batch) -> Tensor:
        past, future = batch
        return F.mse_loss(self(past) / self.scale, future / self.scale)

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        self._evaluate(batch, "val", self.val_loss)

    def test_step(self, batch: Batch, batch_idx: int) -> None:
        self._evaluate(batch, "test", self.test_loss)

    def _evaluate(self, batch: Batch, stage: str, loss: MeanMetric) -> None:
        past, future = batch
        forecast = self(past).float()
        loss.update(((forecast - future) / self.scale) ** 2)
        horizon = future.shape[1]
        rules = {
            "": forecast,
            "_naive": naive(past, horizon),
            "_seasonal": seasonal_naive(past, horizon, self.period),
        }
        for rule, values in rules.items():
            self._rmse(stage, rule).update((values - future) ** 2)

    def on_validation_epoch_end(self) -> None:
        self.log("val_loss", self.val_loss, prog_bar=True)
        self._log_rmse("val")

    def on_test_epoch_end(self) -> None:
        self.log("test_loss", self.test_loss)
        self._log_rmse("test")

    def _log_rmse(self, stage: str) -> None:
        for rule in RULES:
            self.log(f"{stage}_rmse{rule}", self._rmse(stage, rule), prog_bar=not rule)

    def predict_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """Forecasts (N, H)."""
        return self(batch[0])

"""Forecasting: the error beside that of forecasts that need no training."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from torch.nn import functional as F
from torchmetrics import MetricCollection

from lightning_modules.datamodules.batches import Batch
from lightning_modules.models.forecasters import naive, seasonal_naive
from lightning_modules.tasks.answers import Numbers
from lightning_modules.tasks.base import Task
from lightning_modules.tasks.means import RootMean


class Forecast(Task):
    """Trains a network on the squared error of what it says comes next.

    Logs `val_loss` and `test_loss`, the mean squared error in units of `scale` squared, and for the
    network and both rules the root of it in the series' unit: `val_rmse`, `val_rmse_naive`,
    `val_rmse_seasonal`, and the same of testing.

    Args:
        model: pasts (N, T) to futures (N, H).
        period: of the season, in steps.
        scale: the loss is that of values divided by it.
        optimization: optimizer, schedule and memory format, as `Task` takes them.
    """

    answers = Numbers("step")

    def __init__(
        self, model: nn.Module, period: int = 132, scale: float = 100.0, **optimization: Any
    ) -> None:
        super().__init__(model, **optimization)
        self.period, self.scale = period, scale
        self.measure(rmse=RootMean(), rmse_naive=RootMean(), rmse_seasonal=RootMean())

    def batch_loss(self, batch: Batch) -> Tensor:
        past, future = batch
        return F.mse_loss(self(past) / self.scale, future / self.scale)

    def evaluate(self, metrics: MetricCollection, batch: Batch, batch_idx: int) -> None:
        past, future = batch
        forecast = self(past).float()
        metrics["loss"].update(((forecast - future) / self.scale) ** 2)
        horizon = future.shape[1]
        forecasts = {
            "rmse": forecast,
            "rmse_naive": naive(past, horizon),
            "rmse_seasonal": seasonal_naive(past, horizon, self.period),
        }
        for name, values in forecasts.items():
            metrics[name].update((values - future) ** 2)

    def predict_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """Forecasts (N, H)."""
        return self(batch[0])

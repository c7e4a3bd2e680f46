"""Means over an epoch as torchmetrics objects, exact on any number of processes."""

from __future__ import annotations

from torch import Tensor
from torchmetrics import MeanMetric


class Mean(MeanMetric):
    """The mean of all values that it is given; one NaN makes it NaN."""

    def __init__(self) -> None:
        super().__init__(nan_strategy="disable")


class RootMean(Mean):
    """The root of the mean of what it is given, here squared errors."""

    def compute(self) -> Tensor:
        return super().compute().sqrt()


class EpochMean(Mean):
    """The mean of a training loss: adding to it costs two additions, a few microseconds per step.

    It is in checkpoints, so a run resumed in mid-epoch logs the same mean as the whole run.
    """

    def __init__(self) -> None:
        super().__init__()
        self.persistent(True)

    def add(self, value: Tensor, weight: int | Tensor) -> None:
        """Counts a detached value () as often as `weight` says."""
        self.mean_value.add_(value * weight)
        self.weight.add_(weight)
        if not self._update_count:
            self._update_count = 1  # else `compute` warns that there is nothing to compute

"""The mean of a loss over an epoch, for a few microseconds a step."""

from __future__ import annotations

from torch import Tensor
from torchmetrics import MeanMetric


class EpochMean(MeanMetric):
    """`torchmetrics.MeanMetric` without checks; adding costs two additions.

    It is in checkpoints, so a run resumed in mid-epoch logs the same mean as the whole run.
    """

    def __init__(self) -> None:
        super().__init__(nan_strategy="disable")
        self.persistent(True)

    def add(self, value: Tensor, weight: int) -> None:
        """Counts a detached value () as often as `weight` says."""
        self.mean_value.add_(value, alpha=weight)
        self.weight.add_(weight)
        if not self._update_count:
            self._update_count = 1  # else `compute` warns that there is nothing to compute

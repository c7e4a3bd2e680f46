"""Targets of classifiers: one label an example, or a target for each class."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F


def as_targets(y: Tensor, num_classes: int) -> Tensor:
    """Labels (N,) to one-hot targets (N, C); targets (N, C) stay as they are."""
    return F.one_hot(y, num_classes).float() if y.ndim == 1 else y

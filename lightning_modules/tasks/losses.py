"""Losses of classifiers: scores z (N, C) and labels y (N,), or a target for each class (N, C).

Each gives one value per example (N,); a task takes the mean. `loss` in a config names one of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from lightning_modules.datamodules.targets import as_targets
from lightning_modules.errors import BadInput

LossName = Literal["cross_entropy", "hinge", "squared_error", "one_sided", "binary_cross_entropy"]


def cross_entropy(z: Tensor, y: Tensor, label_smoothing: float = 0.0) -> Tensor:
    """`-log softmax(z)_y`; targets (N, C) are probabilities of the classes."""
    return F.cross_entropy(z, y, reduction="none", label_smoothing=label_smoothing)


def hinge(z: Tensor, y: Tensor) -> Tensor:
    """`sum over c != y of max(0, 1 + z_c - z_y)`: nothing once the true class leads by 1.

    J. Weston and C. Watkins, "Support vector machines for multi-class pattern recognition" (1999).

    Raises:
        BadInput: targets are no labels; the margin needs one true class.
    """
    if y.ndim != 1:
        raise BadInput("loss hinge needs one label per image; for mixed ones take cross_entropy")
    true = z.gather(1, y[:, None])  # (N, 1)
    return (1 + z - true).clamp(min=0).sum(dim=1) - 1  # the true class added max(0, 1) to each sum


def squared_error(z: Tensor, y: Tensor) -> Tensor:
    """`sum over c of (z_c - t_c)^2`, t one-hot: also punishes scores that are right by too much."""
    return (z - as_targets(y, z.shape[1])).square().sum(dim=1)


def one_sided(z: Tensor, y: Tensor) -> Tensor:
    """Squared error with one branch cut off: nothing where a score is past its target.

    `max(0, 1 - z_c)^2` for the true class, `max(0, z_c)^2` for the others.
    """
    t = as_targets(y, z.shape[1])
    return (t * (1 - z).clamp(min=0).square() + (1 - t) * z.clamp(min=0).square()).sum(dim=1)


def binary_cross_entropy(z: Tensor, y: Tensor) -> Tensor:
    """A sigmoid per class, as images may show several: `-sum of t log s(z) + (1-t) log s(-z)`."""
    t = as_targets(y, z.shape[1])
    return F.binary_cross_entropy_with_logits(z, t, reduction="none").sum(dim=1)


LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "cross_entropy": cross_entropy,
    "hinge": hinge,
    "squared_error": squared_error,
    "one_sided": one_sided,
    "binary_cross_entropy": binary_cross_entropy,
}


def correct(scores: Tensor, y: Tensor) -> Tensor:
    """Which examples are right, (N,): the highest score is the label's; with k classes shown
    (targets of 0 and 1, (N, C)), the k highest scores are theirs, all of them."""
    if y.ndim == 1:
        return scores.argmax(dim=1) == y
    ranks = scores.argsort(dim=1, descending=True).argsort(dim=1)  # (N, C), 0 for the highest
    predicted = ranks < y.sum(dim=1, keepdim=True)  # (N, C)
    return torch.eq(predicted, y > 0).all(dim=1)

"""The ways that optimizers take down an elongated valley; lesson 2 draws them."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from lightning_modules.optim import teaching

CURVATURES = (1.0, 25.0)  # along the valley and across it
START = (-1.08, 0.183)  # on the level line of height 1

# each at the best of twelve rates from starts all around: `dlcourse experiment run valley`
WAYS: dict[str, Callable[[list[nn.Parameter]], Optimizer]] = {
    "descent": lambda w: teaching.GradientDescent(w, lr=0.075),
    "momentum": lambda w: teaching.Momentum(w, lr=0.016, momentum=0.8),
    "Nesterov": lambda w: teaching.Nesterov(w, lr=0.045, momentum=0.8),
    "AdaGrad": lambda w: teaching.AdaGrad(w, lr=0.6),
    "RMSprop": lambda w: teaching.RMSprop(w, lr=0.04, alpha=0.9),
    "Adam": lambda w: teaching.Adam(w, lr=0.15),
}


def valley(w: Tensor) -> Tensor:
    """Half the sum of curvature times square: points (..., 2) to heights (...)."""
    return (torch.tensor(CURVATURES) * w.square()).sum(dim=-1) / 2


def descend(build: Callable[[list[nn.Parameter]], Optimizer], num_steps: int) -> Tensor:
    """Where an optimizer is at the start and after each step, (num_steps + 1, 2)."""
    w = nn.Parameter(torch.tensor(START))
    optimizer = build([w])
    points = [w.detach().clone()]
    for _ in range(num_steps):
        optimizer.zero_grad()
        valley(w).backward()
        optimizer.step()
        points.append(w.detach().clone())
    return torch.stack(points)

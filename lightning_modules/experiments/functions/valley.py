"""Optimizers in an elongated valley, from many starts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from lightning_modules.experiments.training import Measured, find_function


def valley(
    seed: int,
    optimizer: str,
    learning_rate: float,
    options: Mapping[str, Any] | None = None,
    curvatures: tuple[float, float] = (1.0, 25.0),
    num_steps: int = 30,
) -> Measured:
    """How far down an optimizer gets in `num_steps` steps.

    The height is half the sum of curvature times square, so the level lines are ellipses whose
    axes are as the square root of 25. A start lies on the level line of height 1.

    Args:
        seed: of the start.
        optimizer: a class of `lightning_modules.optim.teaching`.
        learning_rate: its rate.
        options: its other options.
        curvatures: along the valley and across it.
        num_steps: steps of full gradients.

    Returns:
        `log_height` to base 10 (0 at the start, at least -16), and the curve `height`.
    """
    scale = torch.tensor(curvatures, dtype=torch.double)
    angle = torch.rand(1, generator=torch.Generator().manual_seed(seed)).item() * 2 * math.pi
    circle = torch.tensor([math.cos(angle), math.sin(angle)], dtype=torch.double)
    w = nn.Parameter(circle * (2 / scale).sqrt())
    build = find_function(f"lightning_modules.optim.teaching.{optimizer}")
    descent = build([w], lr=learning_rate, **(options or {}))
    heights = []
    for _ in range(num_steps + 1):
        height = (scale * w.square()).sum() / 2
        heights.append(min(max(height.item(), 1e-16), 1e16))  # a rate too high runs away
        descent.zero_grad()
        height.backward()
        descent.step()
    steps = [float(step) for step in range(num_steps + 1)]
    return Measured({"log_height": math.log10(heights[-1])}, {"height": (steps, heights)})

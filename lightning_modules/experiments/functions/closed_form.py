"""Least squares in two ways: solved at once, and descended to."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from lightning_modules.experiments.training import Measured


def closed_form(
    seed: int,
    method: Literal["normal equations", "gradient descent"],
    features: list[int],
    num_examples: int = 8192,
    excess: float = 1e-6,
    repeats: int = 3,
) -> Measured:
    """Processor time until the squared error is within a share of its minimum.

    Gaussian features, float64. Descent takes steps of 1 / L, L the largest eigenvalue of the
    Hessian as forty power iterations find it, whose time counts.

    Args:
        seed: of the data.
        method: how the minimum is sought.
        features: D, from small to large.
        num_examples: N.
        excess: the share; the minimum itself is found by QR.
        repeats: of each timing; the fastest counts.

    Returns:
        `slope` of log time against log D, `excess` at the largest D, and the curve `seconds`.
    """
    generator = torch.Generator().manual_seed(seed)
    taken = []
    solve = _solve if method == "normal equations" else _descend
    for number in features:
        x = torch.randn(num_examples, number, generator=generator, dtype=torch.double)
        y = x @ torch.randn(number, generator=generator, dtype=torch.double)
        y += torch.randn(num_examples, generator=generator, dtype=torch.double)
        best = _error(x, y, torch.linalg.lstsq(x, y[:, None]).solution[:, 0])

        def good(beta: Tensor, x: Tensor = x, y: Tensor = y, best: float = best) -> bool:
            return _error(x, y, beta) <= best * (1 + excess)

        fastest = np.inf
        for _ in range(repeats):
            began = time.thread_time()
            beta = solve(x, y, good)
            fastest = min(fastest, time.thread_time() - began)
        taken.append(fastest)
    slope = float(np.polyfit(np.log(features), np.log(taken), 1)[0])
    reached = _error(x, y, beta) / best - 1
    return Measured(
        {"slope": slope, "excess": reached},
        {"seconds": ([float(number) for number in features], taken)},
    )


def _error(x: Tensor, y: Tensor, beta: Tensor) -> float:
    return float((x @ beta - y).square().sum())


def _solve(x: Tensor, y: Tensor, good: Callable[[Tensor], bool]) -> Tensor:
    return torch.linalg.solve(x.T @ x, x.T @ y)


def _descend(x: Tensor, y: Tensor, good: Callable[[Tensor], bool]) -> Tensor:
    direction = torch.ones(x.shape[1], dtype=torch.double)
    for _ in range(40):
        direction = x.T @ (x @ (direction / direction.norm()))
    largest = 1.05 * direction.norm()  # the iterations approach it from below
    beta = torch.zeros(x.shape[1], dtype=torch.double)
    for _ in range(10_000):
        beta = beta - x.T @ (x @ beta - y) / largest
        if good(beta):
            return beta
    raise ArithmeticError("descent has not arrived after 10,000 steps")

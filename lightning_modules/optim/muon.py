"""Muon: descent in which every filter bank moves equally far in all directions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from lightning_modules.optim.teaching import State, TeachingOptimizer

COEFFICIENTS = 3.4445, -4.7750, 2.0315  # Jordan et al. 2024: steepest at 0 that still converges
NEWTON_STEPS = 3


def orthogonalise(g: Tensor) -> Tensor:
    """About `U V^T` for g (M, N) with the singular value decomposition `U S V^T`.

    Newton-Schulz: `X <- a X + b (X X^T) X + c (X X^T)^2 X` moves each singular value towards 1
    without computing any; a few steps bring those that are not tiny to between 0.7 and 1.2.
    """
    a, b, c = COEFFICIENTS
    x = g / (g.norm() + 1e-7)
    wide = len(x) <= x.shape[1]
    x = x if wide else x.T  # (min, max)
    for _ in range(NEWTON_STEPS):
        gram = x @ x.T  # (min, min)
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x if wide else x.T


class Muon(TeachingOptimizer):
    """Orthogonalised momentum for convolution filters, Nesterov momentum for all else.

    For a filter bank W (F, C, H, W), seen as a matrix of F rows (Jordan et al. 2024, "Muon: an
    optimizer for hidden layers in neural networks"):

        v <- momentum v + g
        W <- sqrt(F) W / |W| - eta orthogonalise(g + momentum v)

    The norm of W is fixed since batch normalisation makes the output independent of it. torch's
    own Muon takes matrices alone.

    Args:
        params: parameters, or groups of them.
        lr: eta of the filters.
        momentum: of the filters.
        other_lr: of all other parameters, as a multiple of `lr`.
        other_momentum: of these.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float,
        momentum: float = 0.6,
        other_lr: float = 0.22,
        other_momentum: float = 0.85,
    ) -> None:
        super().__init__(
            params, lr, momentum=momentum, other_lr=other_lr, other_momentum=other_momentum
        )

    def update(self, w: Tensor, g: Tensor, state: State, group: State) -> None:
        filters = w.ndim == 4
        momentum = group["momentum"] if filters else group["other_momentum"]
        v = state.setdefault("velocity", torch.zeros_like(w))
        v.mul_(momentum).add_(g)
        direction = g + momentum * v
        if not filters:
            w -= group["lr"] * group["other_lr"] * direction
            return
        w *= len(w) ** 0.5 / w.norm()
        step = orthogonalise(direction.flatten(1)).view(w.shape)  # (F, C H W) to (F, C, H, W)
        w -= group["lr"] * step

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
        # a product takes what is added to it along: three kernels a round in place of eight
        quintic = torch.addmm(gram, gram, gram, beta=b, alpha=c)  # b gram + c gram gram
        x = torch.addmm(x, quintic, x, beta=a)  # a x + quintic x
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
        half: orthogonalises in bfloat16, which is for GPUs; weights and momentum stay as they are.
    """

    orthogonalise = staticmethod(orthogonalise)  # the callback `Compile` puts another in its place

    def __init__(
        self,
        params: Iterable[Any],
        lr: float,
        momentum: float = 0.6,
        other_lr: float = 0.22,
        other_momentum: float = 0.85,
        half: bool = False,
    ) -> None:
        super().__init__(
            *(params, lr),
            momentum=momentum,
            other_lr=other_lr,
            other_momentum=other_momentum,
            half=half,
        )

    def __setstate__(self, state: State) -> None:
        super().__setstate__(state)
        for group in self.param_groups:  # a checkpoint may be older than the option
            group.setdefault("half", self.defaults["half"])

    def update(self, w: Tensor, g: Tensor, state: State, group: State) -> None:
        filters = w.ndim == 4
        momentum = group["momentum"] if filters else group["other_momentum"]
        if "velocity" not in state:
            state["velocity"] = torch.zeros_like(w)
        v = state["velocity"]
        torch.add(g, v, alpha=momentum, out=v)
        direction = torch.add(g, v, alpha=momentum)
        if not filters:
            w.sub_(direction, alpha=group["lr"] * group["other_lr"])
            return
        w.div_(w.norm() / len(w) ** 0.5)
        # columns as they lie in memory: their order is the same before and after, and no copy is
        # made of filters that are channels-last
        channels_last = w.is_contiguous(memory_format=torch.channels_last)
        order = (0, 2, 3, 1) if channels_last else (0, 1, 2, 3)
        rows = direction.permute(order)
        g = rows.flatten(1)  # (F, C H W)
        step = self.orthogonalise(g.bfloat16() if group["half"] else g)
        w.permute(order).sub_(step.view(rows.shape), alpha=group["lr"])

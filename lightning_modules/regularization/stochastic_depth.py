r"""Stochastic depth: in training, the branch of a residual block is left out at random.

$$h_l = \operatorname{relu}\left(\frac{b_l}{1 - p_l} F_l(h_{l-1}) + h_{l-1}\right), \quad
b_l \sim \operatorname{Bernoulli}(1 - p_l), \qquad p_l = \frac{l}{L} p_L$$

G. Huang, Y. Sun, Z. Liu, D. Sedra and K. Weinberger, "Deep networks with stochastic depth" (2016),
equations 2 and 4. The paper multiplies the branch by $1 - p_l$ at test time; dividing in training
instead gives the same expectation and leaves the trained network as it is. Each example draws its
own $b_l$; all branches are computed, so training takes as long as without it.

Helps: deep residual networks (the paper: 110 layers and more) and long training.
Does not help: shallow ones, short training, networks without shortcuts.

    callbacks: [{class_path: StochasticDepth, init_args: {rate: 0.5}}]
"""

from __future__ import annotations

import lightning.pytorch as pl
import torch
from torch import Tensor, nn

from lightning_modules.errors import BadInput


def drop_branch(x: Tensor, rate: float) -> Tensor:
    """Sets each example of x (N, ...) to 0 with probability `rate`, divides the rest by 1 - rate.

    The expectation is x.
    """
    if rate == 0.0:
        return x
    keep = torch.rand([len(x)] + [1] * (x.ndim - 1), device=x.device) >= rate  # (N, 1, ...)
    return x * keep / (1 - rate)


class DropBranch(nn.Module):
    """`drop_branch` in training, the identity at test time.

    Args:
        rate: probability of dropping an example's branch.
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        """(N, ...) to the same shape."""
        return drop_branch(x, self.rate) if self.training else x


def set_stochastic_depth(model: nn.Module, rate: float) -> None:
    """Gives block l of L the rate `rate * l / L` (the paper's linear decay of survival).

    Args:
        model: whose residual blocks pass their branch through a submodule called `branch_end`.
        rate: of the last block.

    Raises:
        BadInput: the model has no such block.
    """
    blocks = [module for module in model.modules() if hasattr(module, "branch_end")]
    if not blocks:
        raise BadInput("StochasticDepth: the model has no residual blocks; take a ResNet")
    for number, block in enumerate(blocks, start=1):
        block.branch_end = DropBranch(rate * number / len(blocks))


class StochasticDepth(pl.Callback):
    """Drops residual branches in training, later blocks more often.

    Args:
        rate: probability for the last block; it falls linearly towards the first.
    """

    def __init__(self, rate: float = 0.5) -> None:
        if not 0 <= rate < 1:
            raise BadInput(f"StochasticDepth.rate is {rate}; it must be from 0 to below 1")
        self.rate = rate

    def setup(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        if stage == "fit":
            set_stochastic_depth(pl_module, self.rate)

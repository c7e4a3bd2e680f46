"""What penalties that act after the optimizer's step have in common."""

from __future__ import annotations

import lightning.pytorch as pl
import torch
from torch import Tensor
from torch.optim import Optimizer

from lightning_modules.errors import BadInput


def is_weight(parameter: Tensor) -> bool:
    """Whether a parameter multiplies inputs: biases and the scales of normalisation are spared."""
    return parameter.ndim > 1 and parameter.requires_grad


def check_at_least_zero(callback: object, **values: float) -> None:
    """Refuses a negative strength.

    Raises:
        BadInput: names the callback's argument and its value.
    """
    for name, value in values.items():
        if not value >= 0:
            raise BadInput(f"{type(callback).__name__}.{name} is {value}; it must be at least 0")


class AfterStep(pl.Callback):
    r"""Replaces each weight $w$ by `update(w, step)` after each step of its optimizer.

    Proximal gradient descent for a loss $L$ and a penalty $R$ that has no gradient everywhere:

    $$w \leftarrow \operatorname{prox}_{\eta R}\left(w - \eta \nabla L(w)\right), \qquad
    \operatorname{prox}_{\eta R}(v) = \arg\min_u \tfrac12 \lVert u - v \rVert^2 + \eta R(u)$$

    (Parikh and Boyd, "Proximal algorithms", 2014, section 4.2). It holds nothing between steps, so
    a resumed run and every process of a distributed run do the same.
    """

    def update(self, weight: Tensor, step: float) -> Tensor:
        """The new value of a weight; `step` is the learning rate $\\eta$ of the step just taken."""
        raise NotImplementedError

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        # torch calls these at the end of `step`: before the schedule changes the learning rate, and
        # not at all for batches that only accumulate gradients
        for optimizer in trainer.optimizers:
            optimizer.register_step_post_hook(self._after_step)

    @torch.no_grad()
    def _after_step(self, optimizer: Optimizer, args: tuple, kwargs: dict) -> None:
        for group in optimizer.param_groups:
            for weight in filter(is_weight, group["params"]):
                weight.copy_(self.update(weight, group["lr"]))

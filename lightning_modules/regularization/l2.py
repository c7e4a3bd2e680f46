r"""L2 penalty (ridge): keeps all weights small.

$$\min_w L(w) + \lambda \sum_i w_i^2, \qquad
\nabla \text{ of the penalty} = 2 \lambda w$$

A. Hoerl and R. Kennard, "Ridge regression" (1970). For plain SGD it is weight decay of $2\lambda$;
for Adam it is not, because the penalty's gradient is rescaled with the rest: there AdamW's own
`weight_decay` is the better choice (I. Loshchilov and F. Hutter, "Decoupled weight decay
regularization", 2019).

Helps: almost always a little; much with few examples, correlated inputs or more inputs than
examples.
Does not help: a model that already underfits; layers followed by batch normalisation, which undoes
any scale of the weights (there it only changes the effective learning rate). Inputs of different
scale are shrunk differently: standardise them first.

    callbacks: [{class_path: L2, init_args: {lam: 1.0e-4}}]
"""

from __future__ import annotations

import lightning.pytorch as pl
import torch
from torch import Tensor
from torch.optim import Optimizer

from lightning_modules.regularization.proximal import check_at_least_zero, is_weight


def l2_gradient(weight: Tensor, lam: float) -> Tensor:
    """Gradient of `lam * sum w^2`: `2 lam w`, of the shape of `weight`."""
    return 2 * lam * weight


class L2(pl.Callback):
    """Adds `lam * sum w^2` over all weights, not biases, to what is minimised.

    Args:
        lam: strength, relative to a loss that is a mean over examples.
    """

    def __init__(self, lam: float = 1e-4) -> None:
        check_at_least_zero(self, lam=lam)
        self.lam = lam

    @torch.no_grad()
    def on_before_optimizer_step(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, optimizer: Optimizer
    ) -> None:
        # the gradients are those of all processes by now, so each adds the same
        for group in optimizer.param_groups:
            for weight in filter(is_weight, group["params"]):
                if weight.grad is not None:
                    weight.grad.add_(l2_gradient(weight, self.lam))

r"""L1 penalty (lasso): weights that do not earn their keep become exactly zero.

$$\min_w L(w) + \lambda \sum_i |w_i|, \qquad
w_i \leftarrow \operatorname{sign}(w_i) \max(|w_i| - \eta \lambda, 0) \text{ after each step}$$

R. Tibshirani, "Regression shrinkage and selection via the lasso" (1996); the step is ISTA: A. Beck
and M. Teboulle, "A fast iterative shrinkage-thresholding algorithm" (2009), equation 1.4.

Helps: many inputs of which few matter; when you want to read off which; networks to be pruned.
Does not help: inputs that all carry a little (pixels), or that come in correlated groups, of which
it keeps one at random (see `elastic_net`); inputs of different scale, unless standardised first.
With momentum $m$ the loss takes steps of $\eta / (1 - m)$ and the penalty of $\eta$, so its
strength is $(1 - m) \lambda$; with Adam and its relatives the steps differ by weight: the zeros are
exact, but what is minimised is no longer the line above, and $\lambda$ has to be much larger.

    callbacks: [{class_path: L1, init_args: {lam: 1.0e-4}}]
"""

from __future__ import annotations

import torch
from torch import Tensor

from lightning_modules.regularization.proximal import AfterStep, check_at_least_zero


def soft_threshold(weight: Tensor, threshold: float) -> Tensor:
    """Moves every entry towards zero by `threshold`, and to zero those that are nearer than it.

    The proximal operator of `threshold * sum |w|`. Any shape; the same shape comes back.
    """
    return weight.sign() * torch.clamp(weight.abs() - threshold, min=0)


class L1(AfterStep):
    """Adds `lam * sum |w|` over all weights, not biases, to what is minimised.

    Args:
        lam: strength, relative to a loss that is a mean over examples.
    """

    def __init__(self, lam: float = 1e-4) -> None:
        check_at_least_zero(self, lam=lam)
        self.lam = lam

    def update(self, weight: Tensor, step: float) -> Tensor:
        return soft_threshold(weight, step * self.lam)

r"""Elastic net: L1 for zeros, L2 so that correlated inputs share what they explain.

$$\min_w L(w) + \lambda_1 \sum_i |w_i| + \lambda_2 \sum_i w_i^2, \qquad
w \leftarrow \frac{\operatorname{soft}(w, \eta \lambda_1)}{1 + 2 \eta \lambda_2}
\text{ after each step}$$

H. Zou and T. Hastie, "Regularization and variable selection via the elastic net" (2005), equation
3; the operator is in N. Parikh and S. Boyd, "Proximal algorithms" (2014), section 6.5.3.

Helps: where L1 does, and inputs come in groups that say much the same.
Does not help: where either penalty alone does as well, since there are two strengths to choose.

    callbacks: [{class_path: ElasticNet, init_args: {l1: 1.0e-4, l2: 1.0e-4}}]
"""

from __future__ import annotations

from torch import Tensor

from lightning_modules.regularization.l1 import soft_threshold
from lightning_modules.regularization.proximal import AfterStep, check_at_least_zero


def elastic_net_prox(weight: Tensor, step: float, l1: float, l2: float) -> Tensor:
    """The proximal operator of `step * (l1 * sum |w| + l2 * sum w^2)`, elementwise."""
    return soft_threshold(weight, step * l1) / (1 + 2 * step * l2)


class ElasticNet(AfterStep):
    """Adds `l1 * sum |w| + l2 * sum w^2` over all weights, not biases, to what is minimised.

    Args:
        l1: strength of the first, relative to a loss that is a mean over examples.
        l2: strength of the second.
    """

    def __init__(self, l1: float = 1e-4, l2: float = 1e-4) -> None:
        check_at_least_zero(self, l1=l1, l2=l2)
        self.l1, self.l2 = l1, l2

    def update(self, weight: Tensor, step: float) -> Tensor:
        return elastic_net_prox(weight, step, self.l1, self.l2)

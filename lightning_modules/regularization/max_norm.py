r"""Max-norm: no unit's incoming weights may grow longer than a limit.

$$w_j \leftarrow w_j \min\left(1, \frac{c}{\lVert w_j \rVert_2}\right)
\text{ after each step, for the incoming weights } w_j \text{ of each unit } j$$

N. Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting" (2014),
section 5.1, with c between 3 and 4.

Helps: dropout with a high learning rate: the weights can travel far and not blow up.
Does not help: a limit above what the weights reach does nothing at all; layers followed by batch
normalisation, which undoes any scale. Weights sharded by fsdp are cut across units: use ddp.

    callbacks: [{class_path: MaxNorm, init_args: {limit: 3.0}}]
"""

from __future__ import annotations

import torch
from torch import Tensor

from lightning_modules.errors import BadInput
from lightning_modules.regularization.proximal import AfterStep


def max_norm(weight: Tensor, limit: float) -> Tensor:
    """Shortens each unit's weights to length `limit` where they are longer.

    Args:
        weight: (units, ...): a row per unit of a dense layer, a filter of a convolution.
    """
    return torch.renorm(weight, p=2, dim=0, maxnorm=limit)


class MaxNorm(AfterStep):
    """Keeps the incoming weights of every unit and filter within a ball.

    Args:
        limit: c, its radius.
    """

    def __init__(self, limit: float = 3.0) -> None:
        if not limit > 0:
            raise BadInput(f"MaxNorm.limit is {limit}; it must be above 0")
        self.limit = limit

    def update(self, weight: Tensor, step: float) -> Tensor:
        return max_norm(weight, self.limit)

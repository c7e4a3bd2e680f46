r"""Mixup: trains on blends of two examples, with targets blended alike.

$$\tilde x = \lambda x_i + (1 - \lambda) x_j, \qquad \tilde y = \lambda y_i + (1 - \lambda) y_j,
\qquad \lambda \sim \operatorname{Beta}(\alpha, \alpha)$$

H. Zhang, M. Cisse, Y. Dauphin and D. Lopez-Paz, "mixup: beyond empirical risk minimization" (2018).
j runs over a permutation of the batch, and each pair draws its own $\lambda$.

Helps: large networks and long training; noisy labels; probabilities that should not be too sure.
Does not help: a network that underfits, short training; tasks where a blend of two inputs means
nothing (digits half over one another are not digits). The training loss is that of blends, and
cannot be compared with the validation loss.

    augment: [{class_path: Mixup, init_args: {alpha: 0.2}}]
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from lightning_modules.datamodules.batch_transform import BatchRng, BatchTransform
from lightning_modules.datamodules.targets import as_targets
from lightning_modules.datamodules.trees import Tree
from lightning_modules.errors import BadInput


def mixup(
    inputs: Tensor, targets: Tensor, partners: Tensor, weights: Tensor
) -> tuple[Tensor, Tensor]:
    """Blends every example with its partner.

    Args:
        inputs: (N, ...).
        targets: (N, C), probabilities of the classes.
        partners: (N,), the row that each row is blended with.
        weights: (N,), the share of the row itself, from 0 to 1.

    Returns:
        Blended inputs (N, ...) and targets (N, C).
    """
    share = weights.view([-1] + [1] * (inputs.ndim - 1))  # (N, 1, ...)
    return torch.lerp(inputs[partners], inputs, share), torch.lerp(
        targets[partners], targets, weights[:, None]
    )


class Mixup(BatchTransform):
    """Blends training examples in pairs.

    Args:
        alpha: above 0; near 0 hardly blends, 1 draws the share uniformly.
        num_classes: C.
    """

    mixes_rows = True

    def __init__(self, alpha: float = 0.2, num_classes: int = 10) -> None:
        if not alpha > 0:
            raise BadInput(f"Mixup.alpha is {alpha}; it must be above 0")
        self.alpha, self.num_classes = alpha, num_classes

    def __call__(self, inputs: Tree, targets: Tree, rng: BatchRng) -> tuple[Tree, Tree]:
        """Inputs (N, ...) and labels (N,), or targets (N, C), to blends (N, ...) and (N, C)."""
        assert isinstance(inputs, Tensor)
        assert isinstance(targets, Tensor)
        one_hot = as_targets(targets, self.num_classes)  # (N, C)
        partners = rng.permutation()
        # torch draws no beta distribution from a generator of its own
        generator = np.random.default_rng(int(rng.integers(0, 2**62)[0]))
        weights = torch.from_numpy(generator.beta(self.alpha, self.alpha, size=len(targets)))
        return mixup(inputs, one_hot, partners, weights.to(inputs))

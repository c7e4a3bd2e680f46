"""How far the gradient of a mini-batch is from the gradient of all examples."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional as F

from lightning_modules.datamodules.digits import normalise
from lightning_modules.datamodules.store import load
from lightning_modules.experiments.training import Measured
from lightning_modules.models.mlp import MLP
from lightning_modules.seeding import mix


def gradient_noise(
    seed: int,
    batch_sizes: list[int],
    num_examples: int = 4096,
    draws: int = 64,
    hidden: list[int] | None = None,
) -> Measured:
    """The mean squared distance of a batch's gradient from the full one, by batch size.

    At the random start of an MLP on digits. Batches are drawn with replacement, so that each
    example is an independent draw and theory says `tr(Cov) / m`.

    Args:
        seed: of the network and of the draws.
        batch_sizes: m, from small to large.
        num_examples: how many make up the full gradient.
        draws: batches of each size.
        hidden: widths of the network.

    Returns:
        `slope` of log noise against log m, and the curve `noise`.
    """
    arrays = load("mnist_subset")
    images = normalise(torch.from_numpy(arrays["train_images"][:num_examples]))
    labels = torch.from_numpy(arrays["train_labels"][:num_examples]).long()
    torch.manual_seed(seed)
    model = MLP(hidden=hidden or [32])
    parameters = list(model.parameters())
    generator = torch.Generator().manual_seed(mix(seed, 1))

    def gradient(rows: torch.Tensor) -> torch.Tensor:
        loss = F.cross_entropy(model(images[rows]), labels[rows])
        return torch.cat([g.flatten() for g in torch.autograd.grad(loss, parameters)])

    full = gradient(torch.arange(num_examples))
    noise = []
    for size in batch_sizes:
        squared = [
            float((gradient(rows) - full).square().sum())
            for rows in torch.randint(num_examples, (draws, size), generator=generator)
        ]
        noise.append(float(np.mean(squared)))
    slope = float(np.polyfit(np.log(batch_sizes), np.log(noise), 1)[0])
    return Measured({"slope": slope}, {"noise": ([float(m) for m in batch_sizes], noise)})

"""Over how wide a range of learning rates does an optimizer train?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import Optimizer

from lightning_modules.datamodules.digits import normalise
from lightning_modules.datamodules.store import load
from lightning_modules.experiments.training import Measured
from lightning_modules.models.batch_norm import insert_batch_norm
from lightning_modules.models.mlp import MLP
from lightning_modules.optim.by_name import build_optimizer
from lightning_modules.seeding import mix


def rate_sensitivity(
    seed: int,
    optimizer: str,
    lowest: float,
    highest: float,
    rates: int = 17,
    num_steps: int = 180,
    options: Mapping[str, Any] | None = None,
    batch_size: int = 50,
    within: float = 0.02,
    hidden: Sequence[int] = (64,),
    batch_norm: bool = False,
) -> Measured:
    """Trains a small network on digits once at each of many rates, and counts the good ones.

    Args:
        seed: of the network and the batches, the same at each rate.
        optimizer: a class of `torch.optim`.
        lowest: first rate.
        highest: last rate; those between are equally spaced in their logarithms.
        rates: how many.
        num_steps: of each training.
        options: of the optimizer.
        batch_size: digits in a batch.
        within: a rate is good if validation accuracy is this close to the best rate's.
        hidden: widths of the network.
        batch_norm: normalises each hidden layer over the batch.

    Returns:
        `decades` of rates that are good, `highest`, log10 of the highest of them, `best` accuracy,
        and the curve `accuracy` against rate.
    """
    arrays = load("mnist_subset")
    images = normalise(torch.from_numpy(arrays["train_images"])).flatten(1)
    labels = torch.from_numpy(arrays["train_labels"]).long()
    grid = np.geomspace(lowest, highest, rates).tolist()
    accuracies = []
    for rate in grid:
        torch.manual_seed(seed)
        model = MLP(hidden=hidden)
        if batch_norm:
            insert_batch_norm(model)
        walker = build_optimizer(optimizer, model.parameters(), rate, **(options or {}))
        accuracies.append(_train(seed, images, labels, model, walker, num_steps, batch_size))
    good = [rate for rate, a in zip(grid, accuracies, strict=True) if a >= max(accuracies) - within]
    spacing = math.log10(highest / lowest) / (rates - 1)
    return Measured(
        {
            "decades": len(good) * spacing,
            "highest": math.log10(good[-1]),
            "best": max(accuracies),
        },
        {"accuracy": (grid, accuracies)},
    )


def _train(
    seed: int,
    images: Tensor,
    labels: Tensor,
    model: nn.Module,
    walker: Optimizer,
    num_steps: int,
    batch_size: int,
) -> float:
    """Accuracy on the 1,000 images that are left out of training."""
    generator = torch.Generator().manual_seed(mix(seed, 1))
    for _ in range(num_steps):
        rows = torch.randint(len(images) - 1000, (batch_size,), generator=generator)
        walker.zero_grad()
        F.cross_entropy(model(images[rows]), labels[rows]).backward()
        walker.step()
    model.eval()
    with torch.no_grad():
        return float((model(images[-1000:]).argmax(dim=1) == labels[-1000:]).double().mean())

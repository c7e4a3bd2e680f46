"""How long an optimizer's steps are while the gradients stay as they are."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from lightning_modules.datamodules.digits import normalise
from lightning_modules.datamodules.store import load
from lightning_modules.experiments.training import Measured, find_function
from lightning_modules.models.mlp import MLP
from lightning_modules.seeding import mix


def step_lengths(
    seed: int, optimizer: str, num_steps: int = 1000, batch_size: int = 32, skip: int = 100
) -> Measured:
    """Steps for a stream of mini-batch gradients, all taken at the network's random start.

    The optimizer sees what it would see in training if nothing were learned: what its steps do is
    then its own doing. It moves a copy of the weights.

    Args:
        seed: of the network and the batches.
        optimizer: a class of `lightning_modules.optim.teaching`.
        num_steps: of the stream.
        batch_size: digits in a batch.
        skip: steps before the slope is fitted, in which running means fill.

    Returns:
        `slope` of log length against log step, and the curve `length`, relative to the first
        step's.
    """
    arrays = load("mnist_subset")
    images, labels = normalise(torch.from_numpy(arrays["train_images"])), arrays["train_labels"]
    targets = torch.from_numpy(labels).long()
    torch.manual_seed(seed)
    model = MLP(hidden=[32])
    parameters = list(model.parameters())
    copies = [nn.Parameter(p.detach().clone()) for p in parameters]
    walker = find_function(f"lightning_modules.optim.teaching.{optimizer}")(copies, lr=1e-3)
    generator = torch.Generator().manual_seed(mix(seed, 1))
    lengths = []
    for _ in range(num_steps):
        rows = torch.randint(len(images), (batch_size,), generator=generator)
        loss = F.cross_entropy(model(images[rows]), targets[rows])
        before = [copy.detach().clone() for copy in copies]
        for copy, gradient in zip(copies, torch.autograd.grad(loss, parameters), strict=True):
            copy.grad = gradient
        walker.step()
        squares = [(c.detach() - b).square().sum() for c, b in zip(copies, before, strict=True)]
        lengths.append(float(torch.stack(squares).sum().sqrt()))
    steps = np.arange(1, num_steps + 1)
    slope = float(np.polyfit(np.log(steps[skip:]), np.log(lengths[skip:]), 1)[0])
    return Measured(
        {"slope": slope},
        {"length": (steps.astype(float).tolist(), [length / lengths[0] for length in lengths])},
    )

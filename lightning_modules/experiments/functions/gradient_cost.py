"""What a gradient costs: backpropagation beside central differences."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from lightning_modules.experiments.training import Measured
from lightning_modules.models.mlp import MLP


def gradient_cost(
    seed: int,
    widths: list[int],
    large: int = 512,
    batch_size: int = 256,
    repeats: int = 15,
) -> Measured:
    """Processor time of gradients of an MLP with one hidden layer, in forward passes.

    Args:
        seed: of weights and inputs.
        widths: of the hidden layers whose central differences are taken, from small to large.
        large: width of the hidden layers (three of them) whose backward pass is timed.
        batch_size: examples in a pass of the large network; the small ones have 32.
        repeats: of each timing; the median counts.

    Returns:
        `backward`, the cost of a backward pass in forward passes of the large network; `slope` of
        the log cost of central differences, in forward passes, against the log number of
        parameters; `times_slower`, central differences over backpropagation in the largest of
        `widths`; and the curve `differences`.
    """
    torch.manual_seed(seed)
    network = MLP(hidden=[large, large, large])
    x, y = torch.randn(batch_size, 784), torch.randint(10, (batch_size,))
    forward = _seconds(lambda: F.cross_entropy(network(x), y), repeats)
    both = _seconds(lambda: F.cross_entropy(network(x), y).backward(), repeats)
    counts, costs = [], []
    for width in widths:
        one, numerical, backprop, count = _small(width, repeats)
        counts.append(float(count))
        costs.append(numerical / one)
    slope = float(np.polyfit(np.log(counts), np.log(costs), 1)[0])
    return Measured(
        {
            "backward": (both - forward) / forward,
            "slope": slope,
            "times_slower": numerical / backprop,
            "parameters": counts[-1],
        },
        {"differences": (counts, costs)},
    )


def _small(width: int, repeats: int) -> tuple[float, float, float, int]:
    """Seconds of a forward pass, of central differences and of backpropagation; parameters."""
    network = MLP(in_features=16, hidden=[width])
    inputs, labels = torch.randn(32, 16), torch.randint(10, (32,))
    parameters = list(network.parameters())

    def loss() -> Tensor:
        return F.cross_entropy(network(inputs), labels)

    return (
        _seconds(loss, repeats),
        _seconds(lambda: central_differences(loss, parameters), 1),
        _seconds(lambda: torch.autograd.grad(loss(), parameters), repeats),
        sum(p.numel() for p in parameters),
    )


@torch.no_grad()
def central_differences(
    loss: Callable[[], Tensor], parameters: Sequence[Tensor], h: float = 1e-2
) -> list[Tensor]:
    """`(loss(w + h) - loss(w - h)) / 2h` for each parameter, one after another."""
    gradients = []
    for parameter in parameters:
        flat = parameter.view(-1)
        gradient = torch.empty_like(flat)
        for i in range(len(flat)):
            kept = flat[i].item()
            flat[i] = kept + h
            above = loss()
            flat[i] = kept - h
            gradient[i] = (above - loss()) / (2 * h)
            flat[i] = kept
        gradients.append(gradient.view_as(parameter))
    return gradients


def _seconds(call: Callable[[], object], repeats: int) -> float:
    """Median processor time of this thread; a first call is not counted where there are more."""
    if repeats > 1:
        call()
    taken = []
    for _ in range(repeats):
        began = time.thread_time()
        call()
        taken.append(time.thread_time() - began)
    return float(np.median(taken))

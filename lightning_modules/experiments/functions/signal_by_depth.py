"""What happens to signals and gradients on their way through a deep network at its start."""

from __future__ import annotations

import math

import torch
from torch.nn import functional as F

from lightning_modules.callbacks.layer_statistics import gradient_sizes
from lightning_modules.datamodules.digits import normalise
from lightning_modules.datamodules.store import load
from lightning_modules.experiments.training import Measured
from lightning_modules.models.batch_norm import ACTIVATIONS
from lightning_modules.models.initialisation import InitName
from lightning_modules.models.mlp import MLP, ActivationName


def signal_by_depth(
    seed: int,
    activation: ActivationName,
    init: InitName,
    init_std: float = 0.01,
    depth: int = 20,
    width: int = 100,
    num_examples: int = 256,
) -> Measured:
    """One forward and one backward pass of digits through `depth` hidden layers.

    Args:
        seed: of the weights, and of which digits pass.
        activation: of the hidden layers.
        init: how the weights start.
        init_std: of the start `normal`.
        depth: hidden layers.
        width: units of each.
        num_examples: digits in the batch.

    Returns:
        `signal`, log10 of the mean square of the last hidden layer's output over the first's;
        `gradient`, log10 of the root mean square gradient of the first hidden layer's weights over
        the last's; `distinct`, the share of units of the second layer that are no copy of another;
        and the curves `mean_square` and `gradient_size` by layer.
    """
    torch.manual_seed(seed)
    model = MLP(hidden=[width] * depth, activation=activation, init=init, init_std=init_std)
    arrays = load("mnist_subset")
    rows = torch.randperm(len(arrays["train_images"]))[:num_examples]
    images = normalise(torch.from_numpy(arrays["train_images"])[rows])
    labels = torch.from_numpy(arrays["train_labels"]).long()[rows]
    outputs: list[torch.Tensor] = []
    for module in model.modules():
        if isinstance(module, ACTIVATIONS):
            module.register_forward_hook(lambda _, __, out: outputs.append(out.detach()))
    F.cross_entropy(model(images), labels).backward()
    squares = [float(out.square().mean()) for out in outputs]  # of each hidden layer
    sizes = [float(size) for size in gradient_sizes(model).values()][:depth]
    layers = [float(layer) for layer in range(1, depth + 1)]
    return Measured(
        {
            "signal": _log_ratio(squares[-1], squares[0]),
            "gradient": _log_ratio(sizes[0], sizes[-1]),
            "distinct": len(outputs[1].T.unique(dim=0)) / width,
        },
        {"mean_square": (layers, squares), "gradient_size": (layers, sizes)},
    )


def _log_ratio(a: float, b: float) -> float:
    tiny = 1e-45  # the smallest 32-bit float, where a signal has died
    return math.log10(max(a, tiny) / max(b, tiny))

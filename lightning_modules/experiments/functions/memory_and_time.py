"""Where a convolutional network keeps its parameters, and where it spends its time."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

import torch
from torch import nn

from lightning_modules.experiments.training import Measured
from lightning_modules.models.alexnet import AlexNet
from lightning_modules.models.lenet import LeNet
from lightning_modules.models.vgg import VGG

NETWORKS: dict[str, tuple[Callable[[], nn.Module], tuple[int, int, int]]] = {
    "lenet": (LeNet, (1, 28, 28)),
    "alexnet": (AlexNet, (3, 224, 224)),
    "vgg16": (VGG, (3, 224, 224)),
}


@torch.inference_mode()
def memory_and_time(seed: int, network: str, batch_size: int, repeats: int) -> Measured:
    """Shares of dense layers in the parameters and of convolutions in a forward pass's time.

    Args:
        seed: of weights and images.
        network: a name in `NETWORKS`; each has its published size.
        batch_size: images in a pass.
        repeats: passes; each layer counts with its median processor time.

    Returns:
        `dense_memory` and `conv_time`, shares, and `parameters`.
    """
    torch.manual_seed(seed)
    build, shape = NETWORKS[network]
    model = build().eval()
    images = torch.randn(batch_size, *shape)
    layers = [m for m in model.modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    taken: dict[nn.Module, list[float]] = {layer: [] for layer in layers}
    began = 0.0

    def start(*_: object) -> None:
        nonlocal began
        began = time.thread_time()

    def stop(layer: nn.Module, *_: object) -> None:
        taken[layer].append(time.thread_time() - began)

    for layer in layers:
        layer.register_forward_pre_hook(start)
        layer.register_forward_hook(stop)
    for _ in range(repeats + 1):
        model(images)
    seconds = {layer: median(times[1:]) for layer, times in taken.items()}  # the first warms up
    parameters = {layer: sum(p.numel() for p in layer.parameters()) for layer in layers}
    dense = [layer for layer in layers if isinstance(layer, nn.Linear)]
    convolutions = [layer for layer in layers if isinstance(layer, nn.Conv2d)]
    return Measured(
        {
            "dense_memory": sum(parameters[m] for m in dense) / sum(parameters.values()),
            "conv_time": sum(seconds[m] for m in convolutions) / sum(seconds.values()),
            "parameters": sum(parameters.values()),
        }
    )

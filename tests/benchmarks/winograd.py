"""What Winograd's algorithm saves lesson 7's fast network: `python tests/benchmarks/winograd.py`.

Forward and backward of the layers that `CifarNet` may convolve so, and a training step of the whole
network as `cifar10_fast.yaml` has it, against PyTorch's own convolution. Both ways take turns, so
that a busy machine slows them alike; each figure is the least of so many, in wall time.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lightning_modules.models.cifar_net import CifarNet
from lightning_modules.models.winograd import conv3x3

BATCH = 500
LAYERS = ((64, 256, 15), (256, 256, 7), (256, 256, 3))  # channels in, out, and the map's side


def channels_last(*shape: int) -> Tensor:
    return torch.randn(*shape).contiguous(memory_format=torch.channels_last)


def seconds(forward: Callable[[], Tensor]) -> tuple[float, float]:
    """Of forward and of backward."""
    began = time.perf_counter()
    y = forward()
    between = time.perf_counter()
    y.backward(torch.ones_like(y))
    return between - began, time.perf_counter() - between


def compared(ways: dict[str, Callable[[], Tensor]], repeats: int) -> list[tuple[float, float]]:
    """The least seconds of each way, forward and backward."""
    found = {name: [seconds(way)] for name, way in ways.items()}  # a warm-up
    for _ in range(repeats):
        for name, way in ways.items():
            found[name].append(seconds(way))
    return [(min(f for f, _ in times), min(b for _, b in times)) for times in found.values()]


def row(name: str, times: list[tuple[float, float]]) -> str:
    cells = " | ".join(f"{1e3 * f:.0f} + {1e3 * b:.0f}" for f, b in times)
    direct, winograd = (sum(pair) for pair in times)
    return f"| {name} | {cells} | {winograd / direct:.2f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    print(f"{BATCH} images, ms of forward + backward, {options.threads} threads")
    print("| | conv2d | Winograd | of it |\n|---|---|---|---|")
    for channels, out, side in LAYERS:
        x = channels_last(BATCH, channels, side, side).requires_grad_()
        weight = channels_last(out, channels, 3, 3).requires_grad_()
        ways = {
            "conv2d": partial(F.conv2d, x, weight, padding=1),
            "winograd": partial(conv3x3, x, weight),
        }
        name = f"{channels} to {out} channels, {side} by {side}"
        print(row(name, compared(ways, options.repeats)), flush=True)
    images, labels = channels_last(BATCH, 3, 32, 32), torch.arange(BATCH) % 10

    def loss(net: nn.Module) -> Tensor:
        return F.cross_entropy(net(images), labels, label_smoothing=0.2)

    nets = {name: CifarNet(winograd=name == "winograd") for name in ("conv2d", "winograd")}
    steps = {
        name: partial(loss, net.to(memory_format=torch.channels_last)) for name, net in nets.items()
    }
    print(row("the whole network", compared(steps, options.repeats)))


if __name__ == "__main__":
    main()

"""The training of lesson 7's fast network without Lightning: what the benchmarks compare with."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import yaml
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import Optimizer

from lightning_modules.callbacks.compiling import compile_in_place
from lightning_modules.callbacks.whitening import IMAGES
from lightning_modules.datamodules.augmentation import flip, translate
from lightning_modules.datamodules.trees import take
from lightning_modules.models.cifar_net import CifarNet, whiten
from lightning_modules.optim.by_name import build_optimizer, build_schedule

CONFIG = Path(__file__).resolve().parents[2] / "course/07_architectures/cifar10_gpu.yaml"
SHIFT = 2  # pixels, either way


@dataclass(frozen=True)
class Recipe:
    """What a config says that a plain loop needs."""

    epochs: int
    batch_size: int
    learning_rate: float
    optimizer_args: dict[str, Any]
    label_smoothing: float


def recipe(config: Path) -> Recipe:
    settings = yaml.safe_load(config.read_text())
    task = settings["model"]["init_args"]
    assert (task["optimizer"], task["schedule"], task["channels_last"]) == ("Muon", "linear", True)
    assert settings["trainer"]["precision"] == "bf16-mixed"
    return Recipe(
        settings["trainer"]["max_epochs"],
        settings["data"]["init_args"]["batch_size"],
        task["learning_rate"],
        task["optimizer_args"],
        task["label_smoothing"],
    )


def warm_up(net: nn.Module, optimizer: Optimizer, loss: Callable[[], Tensor], x: Tensor) -> None:
    """A step and an evaluation of images `x`, of which nothing is left but what they compiled."""
    before = copy.deepcopy((net.state_dict(), optimizer.state_dict()))
    for _ in range(2):  # cuDNN times its ways at the first
        loss().backward()
        optimizer.step()
        optimizer.zero_grad()
    net.eval()
    with torch.no_grad(), torch.autocast(x.device.type, torch.bfloat16):
        net(x)
    net.train()
    net.load_state_dict(before[0])
    optimizer.load_state_dict(before[1])


class PlainLoop:
    """The training of a config without Lightning: ready to run once it is made.

    Args:
        how: what the config says.
        net: to train.
        images: (N, 3, 32, 32), normalised and channels-last, on the device.
        labels: (N,), there, too.
    """

    def __init__(self, how: Recipe, net: CifarNet, images: Tensor, labels: Tensor) -> None:
        self.how, self.images, self.labels = how, images, labels
        self.device = images.device
        self.net = net.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        whiten(self.net.whiten, images[:IMAGES])
        self.optimizer = build_optimizer(
            "Muon", self.net.parameters(), how.learning_rate, **how.optimizer_args
        )
        self.batches = len(labels) // how.batch_size
        self.schedule = build_schedule("linear", self.optimizer, how.epochs * self.batches)
        first = torch.arange(how.batch_size, device=self.device)
        if self.device.type == "cuda":
            compile_in_place(self.net, [self.optimizer])
            warm_up(self.net, self.optimizer, lambda: self.loss(first), images[: how.batch_size])

    def half(self) -> AbstractContextManager[Any]:
        """Half precision; the device "meta" of `step_counts.py` has none."""
        if self.device.type == "meta":
            return nullcontext()
        return torch.autocast(self.device.type, torch.bfloat16, cache_enabled=False)

    def loss(self, rows: Tensor) -> Tensor:
        x, count = take(self.images, rows), len(rows)
        x = flip(x, torch.rand(count, device=self.device) < 0.5)
        down, right = torch.randint(-SHIFT, SHIFT + 1, (2, count), device=self.device)
        x = translate(x, down, right)
        with self.half():
            scores = self.net(x)
            smoothing = self.how.label_smoothing
            return F.cross_entropy(scores, self.labels[rows], label_smoothing=smoothing)

    def steps(self) -> Iterator[None]:
        """Makes a step at each `next`."""
        for _ in range(self.how.epochs):
            order = torch.randperm(len(self.labels), device=self.device)
            for rows in order.split(self.how.batch_size)[: self.batches]:
                self.optimizer.zero_grad()
                self.loss(rows).backward()
                self.optimizer.step()
                self.schedule.step()
                yield

    @torch.no_grad()
    def accuracy(self, images: Tensor, labels: Tensor) -> float:
        self.net.eval()
        size = self.how.batch_size
        with self.half():
            right = [
                (self.net(x).argmax(1) == y).sum()
                for x, y in zip(images.split(size), labels.split(size), strict=True)
            ]
        return float(sum(right, torch.zeros(()).to(self.device))) / len(labels)

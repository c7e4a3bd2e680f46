"""What a test may do with a network that is fine-tuned: a network to work on, and looks at it.

Part of what ``student.tool`` offers (see ``torch_tools``): on the student's side, in plain data.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import lightning.pytorch as pl
import numpy as np
import torch
from torch import Tensor, nn

from graders.sandbox import torch_tools


class CountingConv(nn.Conv2d):
    """A convolution of single pixels that counts how often any of its kind is run."""

    passes = 0

    def forward(self, x: Tensor) -> Tensor:
        CountingConv.passes += 1
        return super().forward(x)


class StagedNetwork(nn.Module):
    """The network of the assignment: ``stages``, an average over the pixels, a ``head``.

    Args:
        channels: of the image, then after each stage.
        classes: logits of the head.
    """

    def __init__(self, channels: list[int], classes: int) -> None:
        super().__init__()
        stages = [
            nn.Sequential(CountingConv(a, b, kernel_size=1), nn.BatchNorm2d(b), nn.ReLU())
            for a, b in pairwise(channels)
        ]
        self.stages = nn.Sequential(*stages)
        self.head = nn.Linear(channels[-1], classes)

    def forward(self, x: Tensor) -> Tensor:
        """Images (N, C, H, W) to logits (N, classes)."""
        return self.head(self.stages(x).mean(dim=(2, 3)))


def network(channels: list[int], classes: int, values: dict[str, np.ndarray]) -> StagedNetwork:
    """A network in training mode that holds ``values``."""
    model = StagedNetwork(channels, classes)
    torch_tools.load(model, values)
    return model


def images(x: np.ndarray) -> Tensor:
    """A tensor that the student's function can be handed."""
    return torch_tools.tensor(x)


def values_of(tensor: Any) -> np.ndarray:
    """What a tensor of the student's holds."""
    if not isinstance(tensor, Tensor):
        raise TypeError(f"a tensor was expected, {type(tensor).__name__} came")
    return torch_tools.array(tensor)


def wants_gradient(tensor: Any) -> bool:
    """Whether a tensor is part of a graph, or a leaf that gradients are taken of."""
    return bool(tensor.requires_grad)


def passes() -> int:
    """How many convolutions of a ``StagedNetwork`` have been run so far."""
    return CountingConv.passes


def trainable(model: nn.Module) -> dict[str, bool]:
    """Of each parameter, whether it gets a gradient."""
    return {n: p.requires_grad for n, p in torch_tools.checked(model).named_parameters()}


def freeze(model: nn.Module, beginnings: list[str]) -> None:
    """Freeze the parameters whose names begin in one of these ways, and let the others learn."""
    for name, parameter in torch_tools.checked(model).named_parameters():
        parameter.requires_grad_(not name.startswith(tuple(beginnings)))


def modes(model: nn.Module) -> dict[str, bool]:
    """Of each module, whether it is in training mode."""
    return {name: module.training for name, module in model.named_modules()}


def set_modes(model: nn.Module, values: dict[str, bool]) -> None:
    """Put modules into training or evaluation mode, each alone."""
    for name, module in model.named_modules():
        module.training = values.get(name, module.training)


def hooks(model: nn.Module) -> int:
    """How many forward hooks hang on a network."""
    return sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in model.modules())


def rates(model: nn.Module, groups: Any) -> dict[str, list[float]]:
    """Of each parameter, the learning rates of the groups that hold it."""
    found: dict[str, list[float]] = {name: [] for name, _ in model.named_parameters()}
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    if not isinstance(groups, Iterable):
        raise TypeError(f"a list of dicts was expected, {type(groups).__name__} came")
    for group in groups:
        for parameter in listed(group["params"]):
            if id(parameter) not in names:
                raise ValueError("a group holds something that is no parameter of the network")
            found[names[id(parameter)]].append(float(group["lr"]))
    return found


def listed(params: Any) -> list[Any]:
    return [params] if isinstance(params, Tensor) else list(params)


def fine_tune(
    tuner: pl.LightningModule,
    model: nn.Module,
    x: np.ndarray,
    labels: np.ndarray,
    batch_size: int,
    epochs: int,
) -> dict[str, Any]:
    """Train ``tuner``, in the order of the examples, and watch ``model``, which is in it.

    Returns:
        "epochs": the network's state after each epoch; "rates": those of each of its parameters in
        the optimizer; "optimizer": its name; "momentum"; "logged": the last value of all that was.
    """
    torch.default_generator.manual_seed(0)
    watch = Watch(model)
    trainer = torch_tools.trainer_of(max_epochs=epochs, callbacks=[watch])
    trainer.fit(
        torch_tools.lightning_module(tuner), torch_tools.loader(x, labels, batch_size, False)
    )
    return {"epochs": watch.epochs, "logged": torch_tools.logged(trainer), **watch.optimizer}


class Watch(pl.Callback):
    """Keeps a network's state after each epoch, and how its optimizer began."""

    def __init__(self, model: nn.Module) -> None:
        self.model = model
        self.epochs: list[dict[str, np.ndarray]] = []
        self.optimizer: dict[str, Any] = {}

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        optimizer = trainer.optimizers[0]
        own = {id(parameter) for parameter in self.model.parameters()}
        groups = [
            {"params": [p for p in group["params"] if id(p) in own], "lr": group["lr"]}
            for group in optimizer.param_groups
        ]
        self.optimizer = {
            "optimizer": type(optimizer).__name__,
            "momentum": float(optimizer.param_groups[0].get("momentum", 0)),
            "rates": rates(self.model, groups),
        }

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self.epochs.append(torch_tools.state(self.model))

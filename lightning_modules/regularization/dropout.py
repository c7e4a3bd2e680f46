r"""Dropout: in training, each hidden unit is left out with probability $p$; the rest make up.

$$\tilde h = \frac{m \odot h}{1 - p}, \quad m_i \sim \operatorname{Bernoulli}(1 - p)
\text{ in training}, \qquad \tilde h = h \text{ at test time}$$

N. Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting" (2014).
The rate may rise while training goes on, linearly or exponentially (P. Morerio et al., "Curriculum
dropout", 2017): easy at first, hard at the end.

Helps: large dense layers and few examples; long training.
Does not help: a model that underfits, which it makes worse; the input layer, where it throws
information away; right before batch normalisation, whose statistics it upsets; small convolutions,
which have few weights to overfit with. Training takes more steps.

    callbacks: [{class_path: Dropout, init_args: {rate: 0.5}}]
    callbacks: [{class_path: Dropout, init_args: {start: 0, rate: 0.5}}]
"""

from __future__ import annotations

import math
from typing import Any, Literal

import lightning.pytorch as pl
from torch import Tensor, nn

from lightning_modules.errors import BadInput
from lightning_modules.steps import is_logged

Shape = Literal["linear", "exponential"]

_LAYERS = (nn.Linear, nn.modules.conv._ConvNd)
_DROPOUTS = nn.modules.dropout._DropoutNd


def dropout_rate(progress: float, start: float, end: float, shape: Shape = "linear") -> float:
    """The rate at `progress`, from 0 (first step) to 1 (last step) of the run.

    Args:
        progress: share of the steps that are done.
        start: rate at 0.
        end: rate at 1.
        shape: `linear`, or `exponential`: 99.99 % of the way at the end, 99 % half-way.
    """
    if shape == "exponential":
        return end + (start - end) * math.exp(-10 * progress)
    return start + (end - start) * progress


def _drop_input(layer: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return layer.dropout(inputs[0]), *inputs[1:]  # type: ignore[operator]


def dropout_layers(model: nn.Module) -> list[nn.modules.dropout._DropoutNd]:
    """The dropout layers of a model; where it has none, new ones before its dense layers.

    Before all of them but the network's first layer, whose inputs are the data. The new ones have
    no parameters: checkpoints look the same with and without them.

    Raises:
        BadInput: the model has neither dropout nor a dense layer behind another layer.
    """
    found = [module for module in model.modules() if isinstance(module, _DROPOUTS)]
    if not found:
        layers = [module for module in model.modules() if isinstance(module, _LAYERS)]
        for layer in layers[1:]:
            if isinstance(layer, nn.Linear):
                layer.add_module("dropout", nn.Dropout(0.0).train(layer.training))
                layer.register_forward_pre_hook(_drop_input)
                found.append(layer.dropout)  # type: ignore[arg-type]
    if not found:
        raise BadInput("Dropout: the model has no dropout layer and no hidden units to drop")
    return found


class Dropout(pl.Callback):
    """Sets the rate of every dropout layer, or puts in layers where the model has none.

    Args:
        rate: probability of dropping a unit, at the end of the run where it changes.
        start: probability at the first step; by default `rate`, so that it stays the same.
        shape: how it goes from one to the other (see `dropout_rate`).
    """

    def __init__(
        self, rate: float = 0.5, start: float | None = None, shape: Shape = "linear"
    ) -> None:
        self.rate, self.start, self.shape = rate, rate if start is None else start, shape
        for name, value in (("rate", self.rate), ("start", self.start)):
            if not 0 <= value < 1:
                raise BadInput(f"Dropout.{name} is {value}; it must be from 0 to below 1")

    def setup(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        if stage == "fit":
            self._layers = dropout_layers(pl_module)
            self._set(self.start)

    def _set(self, rate: float) -> None:
        for layer in self._layers:
            layer.p = rate

    def on_train_batch_start(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, batch: Any, batch_idx: int
    ) -> None:
        if self.start == self.rate:
            return
        last_step = trainer.estimated_stepping_batches - 1  # infinite where the run has no end
        progress = min(1.0, trainer.global_step / max(1, last_step))
        rate = dropout_rate(progress, self.start, self.rate, self.shape)
        self._set(rate)
        if is_logged(trainer):
            pl_module.log("dropout", rate)

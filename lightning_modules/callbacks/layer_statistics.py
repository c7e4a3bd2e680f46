"""What goes on inside a network that trains badly: gradients of its layers, units that are dead."""

from __future__ import annotations

from typing import Any

import lightning.pytorch as pl
import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.utils.hooks import RemovableHandle

from lightning_modules.models.batch_norm import ACTIVATIONS
from lightning_modules.steps import is_logged

FLAT = 1e-3  # of an activation's slope: below it next to nothing comes back


def gradient_sizes(model: nn.Module) -> dict[str, Tensor]:
    """Root mean square of the gradient of each weight (not bias), by name, in the model's order."""
    return {
        name: parameter.grad.square().mean().sqrt()
        for name, parameter in model.named_parameters()
        if parameter.ndim > 1 and parameter.grad is not None
    }


def slopes(activation: nn.Module, z: Tensor) -> Tensor:
    """The derivative of an elementwise activation at z, of the same shape."""
    with torch.enable_grad():
        leaf = z.detach().requires_grad_()
        # a copy, since some activations work in place; `forward`, since a call would run hooks
        return torch.autograd.grad(activation.forward(leaf.clone()).sum(), leaf)[0]


def steepest_slopes(activation: nn.Module, z: Tensor) -> Tensor:
    """The largest slope (U,) that each unit has for an example of a batch.

    Args:
        activation: an elementwise one.
        z: its inputs (N, U) or (N, C, H, W), where a channel counts as a unit.
    """
    return slopes(activation, z).abs().transpose(0, 1).flatten(1).amax(dim=1)  # (U,)


def dead_share(steepest: Tensor) -> Tensor:
    """Share of units, 0 to 1, whose slope (U,) is below 0.001 even where it is steepest."""
    return (steepest < FLAT).float().mean()


class LayerStatistics(pl.Callback):
    """Logs `gradient/LAYER` and `dead/ACTIVATION` every `log_every_n_steps` steps.

    The first is the root mean square of the gradient of a layer's weights: a row of numbers that
    shrinks from the last layer to the first is a vanishing gradient. The second is the share of
    units that no example of the batch can teach anything: dead ReLUs, saturated sigmoids.

        callbacks: [{class_path: lightning_modules.callbacks.layer_statistics.LayerStatistics}]
    """

    def __init__(self) -> None:
        self._watching = False
        self._hooks: list[RemovableHandle] = []
        self._steepest: dict[str, Tensor] = {}

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        for name, module in pl_module.named_modules():
            if isinstance(module, ACTIVATIONS):
                self._hooks.append(module.register_forward_hook(self._look(name)))

    def _look(self, name: str) -> Any:
        def hook(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
            if self._watching and module.training:
                self._steepest[f"dead/{name}"] = steepest_slopes(module, inputs[0])

        return hook

    def on_train_batch_start(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, batch: Any, batch_idx: int
    ) -> None:
        self._steepest = {}
        self._watching = is_logged(trainer)

    def on_before_optimizer_step(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, optimizer: Optimizer
    ) -> None:
        if self._watching:
            sizes = gradient_sizes(pl_module)
            pl_module.log_dict({f"gradient/{name}": size for name, size in sizes.items()})
            for name, own in self._steepest.items():
                # dead is what no example moves, whichever process has it
                steepest = trainer.strategy.reduce(own, reduce_op="max")
                pl_module.log(name, dead_share(steepest))

    def on_train_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        for hook in self._hooks:
            hook.remove()

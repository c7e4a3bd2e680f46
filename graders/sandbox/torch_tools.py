"""What a test may do with a student's ``nn.Module``: in NumPy arrays, on the student's side.

``student.tool("forward", block, x)`` runs ``forward`` where the module lives, in the sandbox
or, for public checks, in the student's own process. What comes back is a claim like any answer
of a student's: the test compares it with what follows from numbers that the test itself chose.
"""

from __future__ import annotations

import logging
import warnings
from typing import Any

import lightning.pytorch as pl
import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

torch.set_num_threads(1)  # a pool of threads does not survive a fork, and jobs share the cores
logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
warnings.filterwarnings("ignore", module="lightning")  # advice about loggers, workers and the like


def state(module: nn.Module) -> dict[str, np.ndarray]:
    """Parameters and buffers by name; what has two names has the first of them here."""
    return {name: array(value) for name, value in tensors(module).items()}


def parameters(module: nn.Module) -> dict[str, np.ndarray]:
    """What an optimizer would change, by name."""
    named = checked(module).named_parameters()
    return {name: array(value) for name, value in named if value.requires_grad}


@torch.no_grad()
def load(module: nn.Module, values: dict[str, np.ndarray]) -> None:
    """Write ``values`` into the parameters and buffers of these names."""
    own = tensors(module)
    for name, value in values.items():
        own[name].copy_(torch.from_numpy(value))


@torch.no_grad()
def forward(
    module: nn.Module,
    x: np.ndarray,
    training: bool = False,
    seed: int = 0,
    values: dict[str, np.ndarray] | None = None,
) -> np.ndarray:
    """The module's output for ``x``, in evaluation mode unless told otherwise.

    ``values`` are written into the parameters and buffers of these names first, and stay there.
    """
    load(module, values or {})
    torch.default_generator.manual_seed(seed)
    return array(output(checked(module).train(training), tensor(x)))


def gradients(
    module: nn.Module, x: np.ndarray, weights: np.ndarray, training: bool = False
) -> tuple[np.ndarray | None, dict[str, np.ndarray | None]]:
    """Gradients of ``sum(weights * module(x))``, None where the sum does not depend on it.

    Returns:
        dx, and the gradients of the parameters by name.
    """
    named = {n: p for n, p in checked(module).named_parameters() if p.requires_grad}
    inputs = tensor(x).requires_grad_()
    total = (tensor(weights) * output(module.train(training), inputs)).sum()
    if not total.requires_grad:
        return None, dict.fromkeys(named)
    found = torch.autograd.grad(total, [inputs, *named.values()], allow_unused=True)
    arrays = [None if gradient is None else array(gradient) for gradient in found]
    return arrays[0], dict(zip(named, arrays[1:], strict=True))


def fit(
    model: pl.LightningModule,
    images: np.ndarray,
    labels: np.ndarray,
    batch_size: int,
    shuffle: bool = False,
    seed: int = 0,
) -> dict[str, float]:
    """Train an epoch with a Lightning ``Trainer``; return the last value of all that was logged.

    Args:
        images, labels: (N, 1, 28, 28) and (N,).
        seed: of the order of the examples, and of what ``training_step`` draws: set before each
            step, so that ``forward`` with the same seed and ``training=True`` meets the same
            dropout masks.
    """
    torch.default_generator.manual_seed(seed)
    trainer = trainer_of(max_epochs=1, callbacks=[SeedSteps(seed)])
    trainer.fit(lightning_module(model), loader(images, labels, batch_size, shuffle))
    return logged(trainer)


def validate(
    model: pl.LightningModule, images: np.ndarray, labels: np.ndarray, batch_size: int
) -> dict[str, float]:
    """What the model logs in a validation by a Lightning ``Trainer``."""
    trainer = trainer_of()
    trainer.validate(lightning_module(model), loader(images, labels, batch_size), verbose=False)
    return logged(trainer)


class SeedSteps(pl.Callback):
    def __init__(self, seed: int) -> None:
        self.seed = seed

    def on_train_batch_start(self, *args: Any) -> None:
        torch.default_generator.manual_seed(self.seed)


def trainer_of(**options: Any) -> pl.Trainer:
    return pl.Trainer(
        accelerator="cpu",
        devices=1,
        logger=False,
        num_sanity_val_steps=0,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        **options,
    )


def logged(trainer: pl.Trainer) -> dict[str, float]:
    return {str(name): float(value) for name, value in trainer.callback_metrics.items()}


def tensors(module: nn.Module) -> dict[str, Tensor]:
    return {**dict(checked(module).named_parameters()), **dict(module.named_buffers())}


def loader(
    images: np.ndarray, labels: np.ndarray, batch_size: int, shuffle: bool = False
) -> DataLoader:
    dataset = TensorDataset(tensor(images), torch.from_numpy(labels).long())
    return DataLoader(dataset, batch_size=batch_size, shuffle=shuffle)


def output(module: nn.Module, x: Tensor) -> Tensor:
    result = module(x)
    if not isinstance(result, Tensor):
        raise TypeError(f"forward returned {type(result).__name__}, not a tensor")
    return result


def checked(module: Any) -> nn.Module:
    if not isinstance(module, nn.Module):
        raise TypeError(f"it is {type(module).__name__}, not an nn.Module")
    return module


def lightning_module(model: Any) -> pl.LightningModule:
    if not isinstance(model, pl.LightningModule):
        raise TypeError(f"it is {type(model).__name__}, not a LightningModule")
    return model


def tensor(values: np.ndarray) -> Tensor:
    """A float32 tensor of its own memory."""
    return torch.tensor(values, dtype=torch.float32)


def array(values: Tensor) -> np.ndarray:
    return values.detach().cpu().numpy().copy()

r"""Batch normalisation: each unit's inputs to its activation get mean 0 and deviation 1 in a batch.

$$\hat z = \frac{z - \mu_B}{\sqrt{\sigma_B^2 + \epsilon}}, \qquad \tilde z = \gamma \hat z + \beta$$

with mean and variance of the batch in training, running averages of them at test time, and
$\gamma$, $\beta$ learned, so that nothing the layer could compute is lost. S. Ioffe and C. Szegedy,
"Batch normalization" (2015), algorithm 1.

Helps: deep networks, saturating activations, high learning rates; the noise of the batch's
statistics regularises a little. The bias of the layer before becomes superfluous, and is left.
Does not help: batches of a few examples, whose statistics are noise; inputs at test time that are
distributed unlike the training set; a shallow network with a good initialisation. With several
processes each takes the statistics of its own share, unless `trainer.sync_batchnorm` is true.

    callbacks: [{class_path: BatchNorm}]
"""

from __future__ import annotations

from typing import Any

import lightning.pytorch as pl
from lightning.pytorch.callbacks import WeightAveraging
from torch import nn

from lightning_modules.errors import BadInput

ACTIVATIONS = (nn.ReLU, nn.LeakyReLU, nn.ELU, nn.GELU, nn.SiLU, nn.Sigmoid, nn.Tanh)


def _norm_after(layer: nn.Module) -> nn.Module | None:
    if isinstance(layer, nn.Linear):
        return nn.BatchNorm1d(layer.out_features)  # (N, out_features)
    if isinstance(layer, nn.Conv2d):
        return nn.BatchNorm2d(layer.out_channels)  # (N, out_channels, H, W)
    return None


def insert_batch_norm(model: nn.Module) -> None:
    """Puts batch normalisation between each layer of a Sequential and the activation behind it.

    The activation gives way to a Sequential of both, so that the layers keep their names. What has
    batch normalisation already is left alone: a second call changes nothing.

    Raises:
        BadInput: no place was found, and the model has no batch normalisation of its own.
    """
    for sequence in [module for module in model.modules() if isinstance(module, nn.Sequential)]:
        for index in range(1, len(sequence)):
            norm = _norm_after(sequence[index - 1])
            if norm is not None and isinstance(sequence[index], ACTIVATIONS):
                sequence[index] = nn.Sequential(norm, sequence[index]).train(sequence.training)
    if not any(isinstance(module, nn.modules.batchnorm._BatchNorm) for module in model.modules()):
        raise BadInput("BatchNorm: the model has no activation behind a dense layer or convolution")


class BatchNorm(pl.Callback):
    """Puts batch normalisation into a model before it is trained, tested or filled from a file.

    Raises:
        BadInput: at the start of a run, where weight averaging stands before it in the list: it
            would average the network as it was.
    """

    def setup(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        before = trainer.callbacks[: trainer.callbacks.index(self)]  # type: ignore[attr-defined]
        if any(isinstance(callback, WeightAveraging) for callback in before):
            raise BadInput("trainer.callbacks: put BatchNorm before weight averaging")
        insert_batch_norm(pl_module)

    def state_dict(self) -> dict[str, Any]:
        """Tells whoever reads the checkpoint that the model needs `insert_batch_norm` first."""
        return {"inserted": True}

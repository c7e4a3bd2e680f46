"""Batch normalisation put into a finished network, and how to tell that it was."""

from __future__ import annotations

from torch import nn

from lightning_modules.errors import BadInput

ACTIVATIONS = (nn.ReLU, nn.LeakyReLU, nn.ELU, nn.GELU, nn.SiLU, nn.Sigmoid, nn.Tanh)


class NormalisedActivation(nn.Sequential):
    """Batch normalisation and the activation whose place it took."""


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
            activation = sequence[index]
            if norm is not None and isinstance(activation, ACTIVATIONS):
                both = NormalisedActivation(norm, activation)
                sequence[index] = both.train(sequence.training)
    if not any(isinstance(module, nn.modules.batchnorm._BatchNorm) for module in model.modules()):
        raise BadInput("BatchNorm: the model has no activation behind a dense layer or convolution")


def has_inserted_batch_norm(model: nn.Module) -> bool:
    """Whether `insert_batch_norm` changed this model."""
    return any(isinstance(module, NormalisedActivation) for module in model.modules())

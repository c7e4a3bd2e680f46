"""How the weights of a network start."""

from __future__ import annotations

from typing import Literal

import torch
from torch import nn

InitName = Literal["default", "zero", "normal", "xavier", "he", "orthogonal"]


@torch.no_grad()
def init_weights(model: nn.Module, name: InitName, std: float = 0.01) -> None:
    """Draws the weights of all dense and convolutional layers anew, and sets their biases to 0.

    Args:
        model: changed in place.
        name: `zero`: all units of a layer stay copies of each other; `normal`: standard deviation
            `std` whatever the layer's size; `xavier`: variance 2 / (fan_in + fan_out), for tanh and
            sigmoid (Glorot and Bengio 2010, equation 12); `he`: variance 2 / fan_in, for ReLU (He
            et al. 2015, equation 10); `orthogonal`: a random rotation (Saxe et al. 2014);
            `default`: torch's own, weights and biases uniform of variance 1 / (3 fan_in).
        std: of `normal`.

    Raises:
        ValueError: there is no such initialisation.
    """
    if name == "default":
        return
    draw = {
        "zero": nn.init.zeros_,
        "normal": lambda weight: nn.init.normal_(weight, std=std),
        "xavier": nn.init.xavier_normal_,
        "he": lambda weight: nn.init.kaiming_normal_(weight, nonlinearity="relu"),
        "orthogonal": nn.init.orthogonal_,
    }
    if name not in draw:
        raise ValueError(f"init '{name}': choose one of default, {', '.join(draw)}")
    for module in model.modules():
        if isinstance(module, nn.Linear | nn.Conv2d):
            draw[name](module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)

"""Multi-layer perceptrons."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from torch import Tensor, nn

from lightning_modules.models.initialisation import InitName, init_weights

ActivationName = Literal["relu", "leaky_relu", "elu", "gelu", "silu", "sigmoid", "tanh", "identity"]

ACTIVATIONS: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "identity": nn.Identity,
}


class MLP(nn.Module):
    """Dense layers with an activation between them: `h_l = f(W_l h_{l-1} + b_l)`.

    Args:
        in_features: number of values of one input, flattened.
        hidden: width of each hidden layer; none gives a linear classifier.
        num_classes: C.
        activation: f.
        dropout: probability of dropping a hidden unit in training.
        input_dropout: the same for an input.
        init: how the weights start (see `init_weights`).
        init_std: standard deviation of `init: normal`.
    """

    def __init__(
        self,
        in_features: int = 784,
        hidden: Sequence[int] = (128,),
        num_classes: int = 10,
        activation: ActivationName = "relu",
        dropout: float = 0.0,
        init: InitName = "default",
        init_std: float = 0.01,
        input_dropout: float = 0.0,
    ) -> None:
        super().__init__()
        widths = [in_features, *hidden]
        layers: list[nn.Module] = [nn.Dropout(input_dropout)] if input_dropout else []
        for fan_in, fan_out in pairwise(widths):
            layers += [nn.Linear(fan_in, fan_out), ACTIVATIONS[activation]()]
            if dropout:
                layers.append(nn.Dropout(dropout))
        self.layers = nn.Sequential(*layers, nn.Linear(widths[-1], num_classes))
        init_weights(self, init, init_std)

    def forward(self, x: Tensor) -> Tensor:
        """Inputs (N, ...) to logits (N, C)."""
        return self.layers(x.flatten(1))  # (N, C)

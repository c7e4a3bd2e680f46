"""The staged network of ``graders.sandbox.transfer_tools`` in NumPy: what it must answer.

Stage i is a convolution of single pixels, a batch normalisation and a ReLU.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

EPS = 1e-5  # of nn.BatchNorm2d


@dataclass
class Network:
    """A network's numbers, by the names of its state dict.

    Args:
        channels: of the image, then after each stage.
        classes: logits of the head.
    """

    rng: np.random.Generator
    channels: list[int]
    classes: int
    values: dict[str, np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for i, (a, b) in enumerate(pairwise(self.channels)):
            noise = self.rng.standard_normal((5, b))
            self.values |= {
                # variance 2 / fan_in: what comes out is of the size of what goes in
                f"stages.{i}.0.weight": self.rng.standard_normal((b, a, 1, 1)) * np.sqrt(2 / a),
                f"stages.{i}.0.bias": 0.3 * noise[0],
                f"stages.{i}.1.weight": 1 + 0.2 * noise[1],
                f"stages.{i}.1.bias": 0.5 + 0.2 * noise[2],
                f"stages.{i}.1.running_mean": 1 + 0.3 * noise[3],  # far from a batch's own
                f"stages.{i}.1.running_var": 2 + noise[4] ** 2,
            }
        self.values["head.weight"] = self.rng.standard_normal((self.classes, self.channels[-1]))
        self.values["head.bias"] = self.rng.standard_normal(self.classes)

    @property
    def num_stages(self) -> int:
        return len(self.channels) - 1

    @property
    def parameters(self) -> list[str]:
        return [name for name in self.values if "running" not in name]

    def stage_of(self, name: str) -> int:
        """The stage of a parameter; the head counts as one after the last."""
        return self.num_stages if name.startswith("head") else int(name.split(".")[1])

    def layers(self, x: np.ndarray, training: bool = False) -> dict[str, np.ndarray]:
        """The output of every layer for images (N, C, H, W), by its name.

        Args:
            training: whether the batch's own mean and variance normalise.
        """
        found: dict[str, np.ndarray] = {}
        for i in range(self.num_stages):
            conv, norm, relu = (f"stages.{i}.{part}" for part in (0, 1, 2))
            kernel = self.values[f"{conv}.weight"][:, :, 0, 0]
            x = np.einsum("fc,nchw->nfhw", kernel, x) + per_channel(self.values[f"{conv}.bias"])
            found[conv] = x
            mean = self.values[f"{norm}.running_mean"]
            var = self.values[f"{norm}.running_var"]
            if training:
                mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
            scale = self.values[f"{norm}.weight"] / np.sqrt(var + EPS)
            x = (x - per_channel(mean)) * per_channel(scale)
            x = x + per_channel(self.values[f"{norm}.bias"])
            found[norm] = x
            x = np.maximum(x, 0)
            found[relu] = found[f"stages.{i}"] = found["stages"] = x
        features = x.mean(axis=(2, 3))  # (N, features)
        found["head"] = features @ self.values["head.weight"].T + self.values["head.bias"]
        return found

    def logits(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        return self.layers(x, training)["head"]  # (N, classes)


def per_channel(values: np.ndarray) -> np.ndarray:
    """(C,) to (C, 1, 1), for images (N, C, H, W)."""
    return values[:, None, None]


def cross_entropy(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The loss of each example: (N, C), (N,) to (N,)."""
    return np.logaddexp.reduce(logits, axis=1) - logits[np.arange(len(labels)), labels]


def head_steps(
    network: Network,
    batches: list[tuple[np.ndarray, np.ndarray]],
    rate: float,
    momentum: float = 0.9,
    training: bool = False,
) -> np.ndarray:
    """The head's weights after a step of SGD for each batch (images, labels), all else frozen."""
    weight, bias = network.values["head.weight"].copy(), network.values["head.bias"].copy()
    velocity = [np.zeros_like(weight), np.zeros_like(bias)]
    for x, labels in batches:
        features = network.layers(x, training)["stages"].mean(axis=(2, 3))  # (N, features)
        logits = features @ weight.T + bias
        slope = np.exp(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True))
        slope[np.arange(len(labels)), labels] -= 1
        slope /= len(labels)  # (N, classes)
        velocity[0] = momentum * velocity[0] + slope.T @ features
        velocity[1] = momentum * velocity[1] + slope.sum(axis=0)
        weight, bias = weight - rate * velocity[0], bias - rate * velocity[1]
    return weight

"""Autoencoders: through a narrow code and back, so that the code must hold what matters."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import prod

import torch
from torch import Tensor, nn


def dense(sizes: Sequence[int]) -> nn.Sequential:
    """Linear layers from the first size to the last, ReLU between them."""
    layers: list[nn.Module] = []
    for size, next_size in pairwise(sizes):
        layers += [nn.Linear(size, next_size), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


class Autoencoder(nn.Module):
    """Encoder and decoder, each with the other's sizes in reverse (Hinton and Salakhutdinov 2006).

    Args:
        code_size: K.
        hidden: sizes of the layers between image and code; none: both halves are linear, and the
            best they can do is PCA.
        image_size: shape of an image without the batch's index.
    """

    def __init__(
        self,
        code_size: int = 32,
        hidden: Sequence[int] = (256,),
        image_size: Sequence[int] = (1, 28, 28),
    ) -> None:
        super().__init__()
        self.image_size = tuple(image_size)
        sizes = [prod(self.image_size), *hidden, code_size]
        self.encoder, self.decoder = dense(sizes), dense(sizes[::-1])

    def encode(self, images: Tensor) -> Tensor:
        """(N, *image_size) to codes (N, K)."""
        return self.encoder(images.flatten(1))

    def decode(self, code: Tensor) -> Tensor:
        """Codes (N, K) to images (N, *image_size)."""
        return self.decoder(code).unflatten(1, self.image_size)

    def forward(self, images: Tensor) -> Tensor:
        """Images to what their codes keep of them, both (N, *image_size)."""
        return self.decode(self.encode(images))


class VAE(nn.Module):
    """Variational autoencoder: a code is a Gaussian, and codes together fill a standard Gaussian.

    D. Kingma and M. Welling, "Auto-encoding variational Bayes" (2014). The decoder gives logits of
    pixels between 0 and 1.

    Args:
        code_size: K.
        hidden: sizes of the layers between image and code.
        image_size: shape of an image without the batch's index.
    """

    def __init__(
        self,
        code_size: int = 16,
        hidden: Sequence[int] = (256,),
        image_size: Sequence[int] = (1, 28, 28),
    ) -> None:
        super().__init__()
        self.image_size, self.code_size = tuple(image_size), code_size
        features = prod(self.image_size)
        self.encoder = dense([features, *hidden, 2 * code_size])
        self.decoder = dense([code_size, *reversed(hidden), features])

    def posterior(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log variance of each image's code, both (N, K)."""
        mean, log_variance = self.encoder(images.flatten(1)).chunk(2, dim=1)
        return mean, log_variance

    def encode(self, images: Tensor) -> Tensor:
        """(N, *image_size) to the mean of the code (N, K)."""
        return self.posterior(images)[0]

    def decode(self, code: Tensor) -> Tensor:
        """Codes (N, K) to logits of pixels (N, *image_size)."""
        return self.decoder(code).unflatten(1, self.image_size)

    def forward(self, images: Tensor, noise: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits of a code drawn with `noise`, standard normal (N, K); its mean and log variance.

        The draw is `mean + standard deviation * noise`, so that gradients flow through it (section
        2.4 of the paper).
        """
        mean, log_variance = self.posterior(images)
        code = mean + torch.exp(0.5 * log_variance) * noise
        return self.decode(code), mean, log_variance

"""Principal components: the directions in which the data vary most, from one decomposition."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import torch
from torch import Tensor, nn


def principal_components(x: Tensor, num_components: int) -> tuple[Tensor, Tensor, Tensor]:
    """Mean, components and their variances, from the singular values of the centred data.

    With `x - mean = U S V^T`, the rows of `V^T` are orthogonal directions in which the variance
    `S^2 / (N - 1)` falls. No other K directions lose less of the squared length of `x - mean`
    (Eckart and Young 1936).

    Args:
        x: (N, D).
        num_components: K, at most min(N, D).

    Returns:
        The mean (D,), the components (K, D), each with its entry of largest size positive, and
        variances (K,).
    """
    if not 1 <= num_components <= min(x.shape):
        raise ValueError(f"{num_components} components of data {tuple(x.shape)}")
    mean = x.mean(dim=0)
    _, singular, directions = torch.linalg.svd(x - mean, full_matrices=False)
    largest = directions.abs().argmax(dim=1, keepdim=True)  # (min(N, D), 1)
    directions = directions * directions.gather(1, largest).sign()
    variances = singular.square() / (len(x) - 1)
    return mean, directions[:num_components], variances[:num_components]


class PCA(nn.Module):
    """A code of K numbers: how far an image lies along each component.

    Mean and components are parameters: seen as a network, this is a linear autoencoder whose
    decoder is its encoder transposed, and `fit` sets them where gradient descent would end.

    Args:
        code_size: K.
        image_size: shape of an image without the batch's index.
    """

    def __init__(self, code_size: int = 32, image_size: Sequence[int] = (1, 28, 28)) -> None:
        super().__init__()
        self.image_size = tuple(image_size)
        features = prod(self.image_size)
        self.mean = nn.Parameter(torch.zeros(features))
        self.components = nn.Parameter(torch.randn(code_size, features) / features**0.5)

    @torch.no_grad()
    def fit(self, images: Tensor) -> None:
        """Sets mean and components from images (N, *image_size)."""
        mean, components, _ = principal_components(images.flatten(1), len(self.components))
        self.mean.copy_(mean)
        self.components.copy_(components)

    def encode(self, images: Tensor) -> Tensor:
        """(N, *image_size) to codes (N, K)."""
        return (images.flatten(1) - self.mean) @ self.components.T

    def decode(self, code: Tensor) -> Tensor:
        """Codes (N, K) to images (N, *image_size)."""
        return (code @ self.components + self.mean).unflatten(1, self.image_size)

    def forward(self, images: Tensor) -> Tensor:
        """Images to what their codes keep of them, both (N, *image_size)."""
        return self.decode(self.encode(images))

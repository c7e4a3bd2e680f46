"""Capsules: groups of units whose length says that something is there, whose direction says how.

S. Sabour, N. Frosst and G. E. Hinton, "Dynamic routing between capsules" (2017).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from lightning_modules.errors import BadInput


def squash(s: Tensor, eps: float = 1e-9) -> Tensor:
    """Shrinks vectors (..., D) to lengths in [0, 1), directions kept (equation 1):
    `|s|^2 / (1 + |s|^2) * s / |s|`."""
    square = s.square().sum(dim=-1, keepdim=True)  # (..., 1)
    return s * square / (1 + square) / (square + eps).sqrt()


def route(votes: Tensor, iterations: int = 3) -> tuple[Tensor, Tensor]:
    """Routing by agreement (procedure 1): each capsule sends most to those that agree with it.

    Args:
        votes: (N, I, J, D), what each of I capsules says that each of J capsules above should be.
        iterations: how often the routing is revised; 1 spreads every vote evenly.

    Returns:
        The capsules above (N, J, D), and the coefficients (N, I, J) that add up to 1 over J.
    """
    logits = votes.new_zeros(votes.shape[:3])  # (N, I, J)
    fixed = votes.detach()  # gradients flow through the last iteration alone
    for iteration in range(iterations):
        last = iteration == iterations - 1
        coupling = logits.softmax(dim=2)  # (N, I, J)
        out = squash(torch.einsum("nij,nijd->njd", coupling, votes if last else fixed))
        if not last:
            logits = logits + torch.einsum("nijd,njd->nij", fixed, out)
    return out, coupling


class CapsuleNet(nn.Module):
    """A convolution, convolutional capsules, one capsule for each class, and a decoder (figures 1
    and 2). The defaults are the paper's for MNIST: 8.2 million parameters, of which 1.4 million
    are the decoder's.

    Args:
        image_size: height and width of the images.
        in_channels: channels of the images.
        conv_channels: channels of the first convolution.
        primary_types: kinds of primary capsules at each position.
        primary_dim: length of their vectors.
        class_dim: length of a class capsule's vector.
        num_classes: number of class capsules.
        kernel_size: of both convolutions; the second has stride 2.
        iterations: of routing.
        decoder: widths of the decoder's hidden layers; none for no decoder.

    Raises:
        BadInput: the image is too small for two such convolutions, or there is no iteration.
    """

    def __init__(
        self,
        image_size: int = 28,
        in_channels: int = 1,
        conv_channels: int = 256,
        primary_types: int = 32,
        primary_dim: int = 8,
        class_dim: int = 16,
        num_classes: int = 10,
        kernel_size: int = 9,
        iterations: int = 3,
        decoder: Sequence[int] = (512, 1024),
    ) -> None:
        super().__init__()
        if iterations < 1:
            raise BadInput(f"iterations is {iterations}; it must be at least 1")
        size = (image_size - 2 * (kernel_size - 1) - 1) // 2 + 1
        if size < 1:
            raise BadInput(f"image_size {image_size} is too small for kernel_size {kernel_size}")
        self.image_shape = (in_channels, image_size, image_size)
        self.primary_dim, self.iterations = primary_dim, iterations
        self.conv = nn.Conv2d(in_channels, conv_channels, kernel_size)
        self.primary = nn.Conv2d(conv_channels, primary_types * primary_dim, kernel_size, stride=2)
        # one matrix from each primary capsule to each class: (I, J, class_dim, primary_dim)
        shape = (primary_types * size**2, num_classes, class_dim, primary_dim)
        self.transform = nn.Parameter(0.1 * torch.randn(shape))
        self.decoder = self._decoder([num_classes * class_dim, *decoder]) if decoder else None

    def _decoder(self, widths: list[int]) -> nn.Sequential:
        layers: list[nn.Module] = []
        for fan_in, fan_out in pairwise(widths):
            layers += [nn.Linear(fan_in, fan_out), nn.ReLU()]
        return nn.Sequential(*layers, nn.Linear(widths[-1], torch.Size(self.image_shape).numel()))

    def forward(self, x: Tensor) -> Tensor:
        """Images (N, C, H, W) to the class capsules (N, J, class_dim); lengths are the scores."""
        x = self.primary(self.conv(x).relu())  # (N, types * primary_dim, size, size)
        u = x.unflatten(1, (-1, self.primary_dim)).movedim(2, -1)  # (N, types, size, size, dim)
        u = squash(u.flatten(1, 3))  # (N, I, primary_dim)
        votes = torch.einsum("ijdp,nip->nijd", self.transform, u)  # (N, I, J, class_dim)
        return route(votes, self.iterations)[0]  # (N, J, class_dim)

    def reconstruct(self, capsules: Tensor, shown: Tensor) -> Tensor:
        """Images (N, C, H, W) from the capsules (N, J, class_dim) of the classes that are shown,
        1 of 0 or 1 in (N, J); the others are silenced (section 4.1)."""
        assert self.decoder is not None
        masked = (capsules * shown[:, :, None]).flatten(1)  # (N, J * class_dim)
        return self.decoder(masked).unflatten(1, self.image_shape)  # (N, C, H, W)

"""An encoder that is taught which views belong together, and the head that is thrown away."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional as F


class ContrastiveEncoder(nn.Module):
    """Three convolutions to a representation, two dense layers to the space of the loss.

    T. Chen et al., "A simple framework for contrastive learning" (2020): what lies before the head
    serves better than what it gives.

    Args:
        width: channels of the first convolution; the representation has four times as many.
        projection_size: of the head's output.
        in_channels: channels of the images.
    """

    def __init__(self, width: int = 16, projection_size: int = 32, in_channels: int = 1) -> None:
        super().__init__()
        channels = [in_channels, width, 2 * width, 4 * width]
        layers: list[nn.Module] = []
        for before, after in pairwise(channels):
            layers += [
                nn.Conv2d(before, after, 3, stride=2, padding=1, bias=False),
                nn.BatchNorm2d(after),
                nn.ReLU(),
            ]
        self.features = nn.Sequential(*layers)
        self.head = nn.Sequential(
            nn.Linear(4 * width, 4 * width), nn.ReLU(), nn.Linear(4 * width, projection_size)
        )

    def encode(self, images: Tensor) -> Tensor:
        """(N, C, H, W) to representations (N, 4 * width): means over the last map."""
        return self.features(images).mean(dim=(2, 3))

    def forward(self, images: Tensor) -> Tensor:
        """(N, C, H, W) to directions (N, projection_size), each of length 1."""
        return F.normalize(self.head(self.encode(images)), dim=1)

"""A network that says what the image's one object is and where."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lightning_modules.models.segmentation import check_size, conv_block


class Localiser(nn.Module):
    """Strided convolutions, then one dense layer for the classes and the box together.

    The dense layer sees the whole last map, not its mean: a mean over places forgets where.

    Args:
        in_channels: C of the input images.
        num_classes: K, without a background.
        image_size: side of the square images, a multiple of 16.
        width: channels of the first layer; each later layer doubles them, up to eightfold.
    """

    def __init__(
        self,
        in_channels: int = 1,
        num_classes: int = 10,
        image_size: int = 64,
        width: int = 16,
    ) -> None:
        super().__init__()
        self.num_classes = num_classes
        self.image_size = image_size
        self.features = nn.Sequential(
            conv_block(in_channels, width, stride=2),  # (N, width, S / 2, S / 2)
            conv_block(width, 2 * width, stride=2),  # (N, 2 width, S / 4, S / 4)
            conv_block(2 * width, 2 * width),
            conv_block(2 * width, 4 * width, stride=2),  # (N, 4 width, S / 8, S / 8)
            conv_block(4 * width, 4 * width),
            conv_block(4 * width, 8 * width, stride=2),  # (N, 8 width, S / 16, S / 16)
            conv_block(8 * width, 8 * width),
        )
        self.head = nn.Linear(8 * width * (image_size // 16) ** 2, num_classes + 4)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Images (N, C, S, S) to class logits (N, K) and boxes (N, 4), x1, y1, x2, y2 in pixels."""
        check_size(x, num_poolings=4)
        out = self.head(self.features(x).flatten(1))  # (N, K + 4)
        out = out.to(torch.promote_types(out.dtype, torch.float32))  # half pixels are too coarse
        logits, centre, size = out.split([self.num_classes, 2, 2], dim=1)
        centre = self.image_size * centre.sigmoid()  # (N, 2)
        half = self.image_size / 2 * size.sigmoid()  # (N, 2)
        return logits, torch.cat([centre - half, centre + half], dim=1)

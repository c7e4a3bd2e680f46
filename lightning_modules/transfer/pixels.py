"""From the images of a course's data set to what networks trained on ImageNet expect."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lightning_modules.datamodules import cifar, digits
from lightning_modules.datamodules.decoding import MEAN, STD
from lightning_modules.errors import BadInput

PixelsName = Literal["cifar10", "mnist", "imagenet"]
_STATISTICS: dict[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "cifar10": (cifar.MEAN, cifar.STD),
    "mnist": ((digits.MEAN,), (digits.STD,)),
    "imagenet": (MEAN, STD),  # pictures from folders are normalised as it is
}


class ImageNetInput(nn.Module):
    """Colour, size and normalisation of ImageNet for images normalised in another way.

    Args:
        pixels: the data set whose data module normalised the images.
        size: height and width to which images are resized, bilinearly.

    Raises:
        BadInput: no such data set.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, pixels: PixelsName, size: int) -> None:
        super().__init__()
        if pixels not in _STATISTICS:
            raise BadInput(f"pixels '{pixels}': choose one of {', '.join(_STATISTICS)}")
        self.size = size
        given_mean, given_std = (torch.tensor(values) for values in _STATISTICS[pixels])
        # both normalisations at once: ((given_std x + given_mean) - MEAN) / STD = (x - mean) / std
        mean = (torch.tensor(MEAN) - given_mean) / given_std  # (3,)
        std = torch.tensor(STD) / given_std  # (3,)
        self.register_buffer("mean", mean.view(3, 1, 1), persistent=False)
        self.register_buffer("std", std.view(3, 1, 1), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Images (N, 1 or 3, H, W) to (N, 3, size, size)."""
        if x.shape[-2:] != (self.size, self.size):
            size = (self.size, self.size)
            x = F.interpolate(x, size, mode="bilinear", antialias=True)  # (N, C, size, size)
        return (x - self.mean) / self.std  # (N, 3, size, size): grey is the same in each channel

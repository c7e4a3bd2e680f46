"""A plain convolutional network whose design choices are arguments, to compare them by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from torch import Tensor, nn

Downsample = Literal["max_pool", "avg_pool", "stride"]

POOLS: dict[str, type[nn.Module]] = {"max_pool": nn.MaxPool2d, "avg_pool": nn.AvgPool2d}


def conv_unit(
    in_channels: int, out_channels: int, kernel_size: int, stride: int, batch_norm: bool
) -> list[nn.Module]:
    """Convolution with same padding, batch normalisation if asked for, ReLU."""
    conv = nn.Conv2d(
        in_channels,
        out_channels,
        kernel_size,
        stride=stride,
        padding=kernel_size // 2,
        bias=not batch_norm,  # batch normalisation has its own
    )
    return [conv, *([nn.BatchNorm2d(out_channels)] if batch_norm else []), nn.ReLU()]


class ConvNet(nn.Module):
    """Stages of convolutions, each at half the size of the one before; a linear classifier on top.

    A stage is `convs` convolutions of `kernel_size`, each followed by `mixing` convolutions of 1x1,
    which give every position a small dense network over its channels (M. Lin, Q. Chen and S. Yan,
    "Network in network", 2014).

    Args:
        channels: width of each stage.
        kernel_size: odd.
        convs: convolutions of a stage.
        mixing: 1x1 convolutions after each of them.
        downsample: how a stage halves its maps: `max_pool` or `avg_pool` (2x2) at its end, or
            `stride` 2 in its last convolution of `kernel_size`.
        batch_norm: normalises after each convolution.
        global_pool: the classifier sees the mean of each channel, else every position of the last
            maps.
        image_size: height and width of the images, which `global_pool: false` needs to know.
        in_channels: channels of the images.
        num_classes: number of logits.

    Raises:
        ValueError: the kernel is even, or the images too small for so many stages.
    """

    def __init__(
        self,
        channels: Sequence[int] = (32, 64, 128),
        kernel_size: int = 3,
        convs: int = 1,
        mixing: int = 0,
        downsample: Downsample = "max_pool",
        batch_norm: bool = True,
        global_pool: bool = True,
        image_size: int = 32,
        in_channels: int = 3,
        num_classes: int = 10,
    ) -> None:
        super().__init__()
        if kernel_size % 2 == 0:
            raise ValueError(f"kernel_size {kernel_size}: must be odd")
        if image_size < 2 ** len(channels):
            raise ValueError(f"image_size {image_size}: too small to halve {len(channels)} times")
        strided = downsample == "stride"
        layers: list[nn.Module] = []
        width, size = in_channels, image_size
        for out_channels in channels:
            for index in range(convs):
                stride = 2 if strided and index == convs - 1 else 1
                layers += conv_unit(width, out_channels, kernel_size, stride, batch_norm)
                for _ in range(mixing):
                    layers += conv_unit(out_channels, out_channels, 1, 1, batch_norm)
                width = out_channels
            if not strided:
                layers.append(POOLS[downsample](2))
            size = -(-size // 2) if strided else size // 2
        self.features = nn.Sequential(*layers)
        self.pool = nn.AdaptiveAvgPool2d(1) if global_pool else nn.Identity()
        self.classifier = nn.Linear(width * (1 if global_pool else size**2), num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Images (N, C, H, W) to logits (N, num_classes)."""
        x = self.features(x)  # (N, channels[-1], H / 2^stages, W / 2^stages)
        return self.classifier(self.pool(x).flatten(1))  # (N, num_classes)

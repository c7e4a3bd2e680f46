"""VGG: depth out of small filters."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

VGG16_BLOCKS = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))


def vgg_block(
    in_channels: int, out_channels: int, num_convs: int, batch_norm: bool = False
) -> list[nn.Module]:
    """`num_convs` 3x3 convolutions, then pooling that halves height and width."""
    layers: list[nn.Module] = []
    for index in range(num_convs):
        channels = in_channels if index == 0 else out_channels
        layers.append(nn.Conv2d(channels, out_channels, kernel_size=3, padding=1))
        if batch_norm:
            layers.append(nn.BatchNorm2d(out_channels))
        layers.append(nn.ReLU(inplace=True))
    return [*layers, nn.MaxPool2d(2)]


class VGG(nn.Module):
    """K. Simonyan and A. Zisserman, "Very deep convolutional networks for large-scale image
    recognition" (2015), table 1. As `VGG()` it is VGG-16, column D: 138.4 million parameters.

    The layers carry torchvision's names, so its state dict loads.

    Args:
        blocks: (channels, number of convolutions) of each block.
        num_classes: number of logits.
        in_channels: channels of the images.
        hidden: width of the two dense layers.
        pooled_size: height and width to which the last feature map is averaged.
        dropout: probability of dropping a unit of the dense layers in training.
        batch_norm: normalises after each convolution, which the paper did not.
    """

    def __init__(
        self,
        blocks: Sequence[tuple[int, int]] = VGG16_BLOCKS,
        num_classes: int = 1000,
        in_channels: int = 3,
        hidden: int = 4096,
        pooled_size: int = 7,
        dropout: float = 0.5,
        batch_norm: bool = False,
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = in_channels
        for out_channels, num_convs in blocks:
            layers += vgg_block(channels, out_channels, num_convs, batch_norm)
            channels = out_channels
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(pooled_size)
        self.classifier = nn.Sequential(
            nn.Linear(channels * pooled_size**2, hidden),
            nn.ReLU(inplace=True),
            nn.Dropout(dropout),
            nn.Linear(hidden, hidden),
            nn.ReLU(inplace=True),
            nn.Dropout(dropout),
            nn.Linear(hidden, num_classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Images (N, C, H, W) to logits (N, num_classes)."""
        x = self.features(x)  # (N, channels, H / 2^blocks, W / 2^blocks)
        x = self.avgpool(x)  # (N, channels, pooled_size, pooled_size)
        return self.classifier(x.flatten(1))  # (N, num_classes)

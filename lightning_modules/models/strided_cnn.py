"""A small convolutional network whose strides do what pooling does elsewhere: fast on digits."""

from __future__ import annotations

from torch import Tensor, nn


def _block(in_channels: int, out_channels: int, kernel_size: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(
            in_channels,
            out_channels,
            kernel_size,
            stride=stride,
            padding=kernel_size // 2,
            bias=False,  # batch normalisation has its own
        ),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(),
    )


class StridedCNN(nn.Module):
    """Three convolutions with batch normalisation, global max pooling, one dense layer.

    The first convolution halves the image at once, so nine tenths of the work happen on 14 by 14
    and 7 by 7 maps.

    Args:
        in_channels: C of the input images.
        width: channels of the first layer; each later layer doubles them.
        num_classes: number of logits.
    """

    def __init__(self, in_channels: int = 1, width: int = 32, num_classes: int = 10) -> None:
        super().__init__()
        self.features = nn.Sequential(
            _block(in_channels, width, kernel_size=5, stride=2),  # (N, width, 14, 14)
            _block(width, 2 * width, kernel_size=3, stride=2),  # (N, 2 width, 7, 7)
            _block(2 * width, 4 * width, kernel_size=3, stride=1),  # (N, 4 width, 7, 7)
            nn.AdaptiveMaxPool2d(1),  # (N, 4 width, 1, 1)
        )
        self.classifier = nn.Linear(4 * width, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Images (N, C, H, W) to logits (N, num_classes)."""
        x = self.features(x)  # (N, 4 width, 1, 1)
        return self.classifier(x.flatten(1))  # (N, num_classes)

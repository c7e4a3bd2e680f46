"""AlexNet: the convolutional network that won ImageNet in 2012."""

from __future__ import annotations

from torch import Tensor, nn


class AlexNet(nn.Module):
    """Five convolutions and three dense layers, in the one-column form of A. Krizhevsky, "One weird
    trick for parallelizing convolutional neural networks" (2014); 61.1 million parameters.

    The layers carry torchvision's names, so its state dict loads.

    Args:
        num_classes: number of logits.
        dropout: probability of dropping an input of the first two dense layers in training.
        hidden: width of the two dense layers.
    """

    def __init__(self, num_classes: int = 1000, dropout: float = 0.5, hidden: int = 4096) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 64, kernel_size=11, stride=4, padding=2),  # (N, 64, 55, 55)
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),  # (N, 64, 27, 27)
            nn.Conv2d(64, 192, kernel_size=5, padding=2),  # (N, 192, 27, 27)
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),  # (N, 192, 13, 13)
            nn.Conv2d(192, 384, kernel_size=3, padding=1),  # (N, 384, 13, 13)
            nn.ReLU(inplace=True),
            nn.Conv2d(384, 256, kernel_size=3, padding=1),  # (N, 256, 13, 13)
            nn.ReLU(inplace=True),
            nn.Conv2d(256, 256, kernel_size=3, padding=1),  # (N, 256, 13, 13)
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),  # (N, 256, 6, 6)
        )
        self.avgpool = nn.AdaptiveAvgPool2d(6)  # (N, 256, 6, 6) whatever the image's size
        self.classifier = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear(256 * 6 * 6, hidden),
            nn.ReLU(inplace=True),
            nn.Dropout(dropout),
            nn.Linear(hidden, hidden),
            nn.ReLU(inplace=True),
            nn.Linear(hidden, num_classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Images (N, 3, H, W), H and W at least 63, to logits (N, num_classes)."""
        x = self.avgpool(self.features(x))  # (N, 256, 6, 6)
        return self.classifier(x.flatten(1))  # (N, num_classes)


class CifarAlexNet(nn.Module):
    """AlexNet's five convolutions and overlapping 3x3 pooling for images of 32 by 32.

    A first layer of stride 4 would leave nothing of so small an image: here it is 5x5 at stride 1,
    and the dense layers are narrow.

    Args:
        width: unit of the channel counts, 1 : 3 : 6 : 4 : 4 as in the original, where it is 64.
        hidden: width of the two dense layers.
        dropout: probability of dropping an input of them in training.
        batch_norm: normalises after each convolution, which the original did not.
        num_classes: number of logits.
    """

    def __init__(
        self,
        width: int = 16,
        hidden: int = 256,
        dropout: float = 0.5,
        batch_norm: bool = False,
        num_classes: int = 10,
    ) -> None:
        super().__init__()
        pool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)

        def conv(in_channels: int, out_channels: int, kernel_size: int) -> list[nn.Module]:
            layer = nn.Conv2d(in_channels, out_channels, kernel_size, padding=kernel_size // 2)
            norm = [nn.BatchNorm2d(out_channels)] if batch_norm else []
            return [layer, *norm, nn.ReLU(inplace=True)]

        w = width
        self.features = nn.Sequential(
            *(*conv(3, w, 5), pool),  # (N, w, 16, 16)
            *(*conv(w, 3 * w, 5), pool),  # (N, 3 w, 8, 8)
            *conv(3 * w, 6 * w, 3),  # (N, 6 w, 8, 8)
            *conv(6 * w, 4 * w, 3),  # (N, 4 w, 8, 8)
            *(*conv(4 * w, 4 * w, 3), pool),  # (N, 4 w, 4, 4)
        )
        self.classifier = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear(4 * width * 4 * 4, hidden),
            nn.ReLU(inplace=True),
            nn.Dropout(dropout),
            nn.Linear(hidden, hidden),
            nn.ReLU(inplace=True),
            nn.Linear(hidden, num_classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Images (N, 3, 32, 32) to logits (N, num_classes)."""
        x = self.features(x)  # (N, 4 width, 4, 4)
        return self.classifier(x.flatten(1))  # (N, num_classes)

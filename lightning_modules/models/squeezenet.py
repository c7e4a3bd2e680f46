"""SqueezeNet: AlexNet's accuracy on ImageNet with a fiftieth of its parameters."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Fire(nn.Module):
    """A narrow 1x1 convolution, then a 1x1 and a 3x3 side by side: the 3x3 sees few channels.

    F. Iandola et al., "SqueezeNet" (2016), figure 1.

    Args:
        in_channels: channels of the input.
        squeeze: channels after the first convolution.
        expand: channels of each of the two others.
    """

    def __init__(self, in_channels: int, squeeze: int, expand: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(in_channels, squeeze, kernel_size=1)
        self.squeeze_activation = nn.ReLU()
        self.expand1x1 = nn.Conv2d(squeeze, expand, kernel_size=1)
        self.expand1x1_activation = nn.ReLU()
        self.expand3x3 = nn.Conv2d(squeeze, expand, kernel_size=3, padding=1)
        self.expand3x3_activation = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        """(N, in_channels, H, W) to (N, 2 expand, H, W)."""
        x = self.squeeze_activation(self.squeeze(x))  # (N, squeeze, H, W)
        fine = self.expand1x1_activation(self.expand1x1(x))  # (N, expand, H, W)
        coarse = self.expand3x3_activation(self.expand3x3(x))  # (N, expand, H, W)
        return torch.cat([fine, coarse], dim=1)  # (N, 2 expand, H, W)


class SqueezeNet(nn.Module):
    """SqueezeNet 1.1, 1.24 million parameters: as good as 1.0 for 2.4 times less computation.

    The layers carry torchvision's names, so its state dict loads.

    Args:
        num_classes: number of logits.
        dropout: probability of dropping a value of the last feature map in training.
    """

    def __init__(self, num_classes: int = 1000, dropout: float = 0.5) -> None:
        super().__init__()
        self.features = nn.Sequential(  # sizes for images of 224 by 224
            nn.Conv2d(3, 64, kernel_size=3, stride=2),  # (N, 64, 111, 111)
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2, ceil_mode=True),  # (N, 64, 55, 55)
            Fire(64, 16, 64),  # (N, 128, 55, 55)
            Fire(128, 16, 64),
            nn.MaxPool2d(3, stride=2, ceil_mode=True),  # (N, 128, 27, 27)
            Fire(128, 32, 128),  # (N, 256, 27, 27)
            Fire(256, 32, 128),
            nn.MaxPool2d(3, stride=2, ceil_mode=True),  # (N, 256, 13, 13)
            Fire(256, 48, 192),  # (N, 384, 13, 13)
            Fire(384, 48, 192),
            Fire(384, 64, 256),  # (N, 512, 13, 13)
            Fire(512, 64, 256),
        )
        last = nn.Conv2d(512, num_classes, kernel_size=1)
        self.classifier = nn.Sequential(
            nn.Dropout(dropout),
            last,  # (N, num_classes, 13, 13)
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),  # (N, num_classes, 1, 1)
        )
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_uniform_(module.weight)
                nn.init.zeros_(module.bias)  # type: ignore[arg-type]
        nn.init.normal_(last.weight, std=0.01)

    def forward(self, x: Tensor) -> Tensor:
        """Images (N, 3, H, W), H and W at least 17, to logits (N, num_classes)."""
        x = self.features(x)  # (N, 512, H / 16, W / 16)
        return self.classifier(x).flatten(1)  # (N, num_classes)

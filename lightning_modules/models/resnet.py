"""Residual networks: each block learns what to add to its input.

K. He, X. Zhang, S. Ren and J. Sun, "Deep residual learning for image recognition" (2016).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def conv3x3(in_channels: int, out_channels: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False)


def conv1x1(in_channels: int, out_channels: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False)


class BasicBlock(nn.Module):
    """`relu(F(x) + shortcut(x))` with F two 3x3 convolutions (figure 5, left)."""

    expansion = 1

    def __init__(self, in_channels: int, width: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = conv3x3(in_channels, width, stride)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = conv3x3(width, width)
        self.bn2 = nn.BatchNorm2d(width)
        self.branch_end = nn.Identity()  # where stochastic depth drops F
        self.downsample = projection(in_channels, width, stride)

    def forward(self, x: Tensor) -> Tensor:
        """(N, in_channels, H, W) to (N, width, H / stride, W / stride)."""
        out = F.relu(self.bn1(self.conv1(x)))  # (N, width, H / stride, W / stride)
        return F.relu(self.branch_end(self.bn2(self.conv2(out))) + self.downsample(x))


class Bottleneck(nn.Module):
    """F is 1x1, 3x3, 1x1: narrow where it is dear (figure 5, right).

    The stride is in the 3x3 convolution, as torchvision has it, not in the first as in the paper.
    """

    expansion = 4

    def __init__(self, in_channels: int, width: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = conv1x1(in_channels, width)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = conv3x3(width, width, stride)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = conv1x1(width, width * self.expansion)
        self.bn3 = nn.BatchNorm2d(width * self.expansion)
        self.branch_end = nn.Identity()
        self.downsample = projection(in_channels, width * self.expansion, stride)

    def forward(self, x: Tensor) -> Tensor:
        """(N, in_channels, H, W) to (N, 4 width, H / stride, W / stride)."""
        out = F.relu(self.bn1(self.conv1(x)))  # (N, width, H, W)
        out = F.relu(self.bn2(self.conv2(out)))  # (N, width, H / stride, W / stride)
        out = self.branch_end(self.bn3(self.conv3(out)))  # (N, 4 width, H / stride, W / stride)
        return F.relu(out + self.downsample(x))


def projection(in_channels: int, out_channels: int, stride: int) -> nn.Module:
    """The shortcut: identity where shapes agree, else a 1x1 convolution (option B of the paper)."""
    if stride == 1 and in_channels == out_channels:
        return nn.Identity()
    return nn.Sequential(conv1x1(in_channels, out_channels, stride), nn.BatchNorm2d(out_channels))


class ResNet(nn.Module):
    """ResNet for ImageNet, table 1: (2, 2, 2, 2) basic blocks are ResNet-18 (11.7 million
    parameters), (3, 4, 6, 3) bottlenecks ResNet-50 (25.6 million).

    The layers carry torchvision's names, so its state dict loads.

    Args:
        blocks: blocks of each of the four stages.
        bottleneck: of 1x1, 3x3, 1x1 instead of two 3x3 convolutions.
        num_classes: number of logits.
    """

    def __init__(
        self,
        blocks: Sequence[int] = (2, 2, 2, 2),
        bottleneck: bool = False,
        num_classes: int = 1000,
    ) -> None:
        super().__init__()
        block = Bottleneck if bottleneck else BasicBlock
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        channels = 64
        for stage, (count, width) in enumerate(zip(blocks, (64, 128, 256, 512), strict=True)):
            layers: list[nn.Module] = []
            for index in range(count):
                layers.append(block(channels, width, 2 if stage and not index else 1))
                channels = width * block.expansion
            self.add_module(f"layer{stage + 1}", nn.Sequential(*layers))
        self.fc = nn.Linear(channels, num_classes)
        init_residual(self)

    def forward(self, x: Tensor) -> Tensor:
        """Images (N, 3, H, W) to logits (N, num_classes)."""
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))  # (N, 64, H/4, W/4)
        for stage in (1, 2, 3, 4):
            x = self.get_submodule(f"layer{stage}")(x)  # (N, 64 * 2^(stage - 1) * expansion, ...)
        return self.fc(x.mean(dim=(2, 3)))  # (N, num_classes)


class CifarBlock(nn.Module):
    """The block of section 4.2: two 3x3 convolutions, and a shortcut without parameters."""

    def __init__(self, in_channels: int, width: int, stride: int, shortcut: bool) -> None:
        super().__init__()
        self.conv1 = conv3x3(in_channels, width, stride)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = conv3x3(width, width)
        self.bn2 = nn.BatchNorm2d(width)
        self.stride, self.extra, self.shortcut = stride, width - in_channels, shortcut
        if shortcut:
            self.branch_end = nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """(N, in_channels, H, W) to (N, width, H / stride, W / stride)."""
        out = F.relu(self.bn1(self.conv1(x)))  # (N, width, H / stride, W / stride)
        out = self.bn2(self.conv2(out))
        if self.shortcut:
            same = x[:, :, :: self.stride, :: self.stride]
            # option A: new channels are zero
            out = self.branch_end(out) + F.pad(same, (0, 0, 0, 0, 0, self.extra))
        return F.relu(out)


class CifarResNet(nn.Module):
    """ResNet for images of 32 by 32, of depth 6n + 2 (section 4.2, table 6).

    0.27 million parameters at depth 20, 0.85 million at 56.

    Args:
        depth: 20, 32, 44, 56, ...
        shortcut: False gives the plain network that the paper compares with.
        num_classes: number of logits.
        in_channels: channels of the images.
        width: channels of the first stage; each later one has twice as many.

    Raises:
        ValueError: the depth is not 6n + 2.
    """

    def __init__(
        self,
        depth: int = 20,
        shortcut: bool = True,
        num_classes: int = 10,
        in_channels: int = 3,
        width: int = 16,
    ) -> None:
        super().__init__()
        count, rest = divmod(depth - 2, 6)
        if rest or count < 1:
            raise ValueError(f"depth {depth}: must be 8, 14, 20, ..., that is 6n + 2")
        layers: list[nn.Module] = []
        channels = width
        for stage in range(3):
            for index in range(count):
                stride = 2 if stage and index == 0 else 1
                layers.append(CifarBlock(channels, width * 2**stage, stride, shortcut))
                channels = width * 2**stage
        self.stem = nn.Sequential(conv3x3(in_channels, width), nn.BatchNorm2d(width), nn.ReLU())
        self.blocks = nn.Sequential(*layers)
        self.fc = nn.Linear(channels, num_classes)
        init_residual(self)

    def forward(self, x: Tensor) -> Tensor:
        """Images (N, C, H, W) to logits (N, num_classes)."""
        x = self.blocks(self.stem(x))  # (N, 4 width, H/4, W/4)
        return self.fc(x.mean(dim=(2, 3)))  # (N, num_classes)


@torch.no_grad()
def init_residual(model: nn.Module) -> None:
    """He initialisation of the convolutions (He et al. 2015, equation 10, by fan-out)."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

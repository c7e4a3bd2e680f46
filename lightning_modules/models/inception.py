"""The Inception block: filters of several sizes side by side.

C. Szegedy et al., "Going deeper with convolutions" (2015).
"""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor, nn


class ConvUnit(nn.Sequential):
    """Convolution, batch normalisation, ReLU; height and width stay as they are."""

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int) -> None:
        super().__init__(
            nn.Conv2d(in_channels, out_channels, kernel_size, padding=kernel_size // 2, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(inplace=True),
        )


class InceptionBlock(nn.Module):
    """Four branches whose channels are put side by side (figure 2b).

    A 1x1 convolution in front of the larger ones mixes channels down to a few first, which is where
    the block saves its work.

    Args:
        in_channels: channels of the input.
        c1: channels of the 1x1 branch.
        c3_reduce: channels between the 1x1 and the 3x3 convolution.
        c3: channels of the 3x3 branch.
        c5_reduce: channels between the 1x1 and the 5x5 convolution.
        c5: channels of the 5x5 branch.
        pool_proj: channels of the branch that pools, then mixes channels.
    """

    def __init__(
        self,
        in_channels: int,
        c1: int,
        c3_reduce: int,
        c3: int,
        c5_reduce: int,
        c5: int,
        pool_proj: int,
    ) -> None:
        super().__init__()
        self.branch1 = ConvUnit(in_channels, c1, 1)
        self.branch3 = nn.Sequential(
            ConvUnit(in_channels, c3_reduce, 1), ConvUnit(c3_reduce, c3, 3)
        )
        self.branch5 = nn.Sequential(
            ConvUnit(in_channels, c5_reduce, 1), ConvUnit(c5_reduce, c5, 5)
        )
        self.pool = nn.Sequential(
            nn.MaxPool2d(3, stride=1, padding=1), ConvUnit(in_channels, pool_proj, 1)
        )
        self.out_channels = c1 + c3 + c5 + pool_proj

    def forward(self, x: Tensor) -> Tensor:
        """(N, in_channels, H, W) to (N, c1 + c3 + c5 + pool_proj, H, W)."""
        branches = [self.branch1(x), self.branch3(x), self.branch5(x), self.pool(x)]
        return torch.cat(branches, dim=1)  # (N, out_channels, H, W)


class OneBranch(nn.Sequential):
    """One branch of an Inception block by itself, as wide as comes nearest to the block's cost.

    All branches have the form of the block's larger ones, a 1x1 convolution in front of that with
    the kernel, so that they are equally deep.

    Args:
        in_channels: channels of the input.
        kernel_size: of the branch: 1, 3 or 5.
        cost: multiplications at each position, that is weights, of the block it stands for.
    """

    def __init__(self, in_channels: int, kernel_size: int, cost: int) -> None:
        def own_cost(width: int) -> int:
            return width * in_channels + kernel_size**2 * width**2

        # the larger root of own_cost(width) = cost
        root = math.sqrt(in_channels**2 + 4 * kernel_size**2 * cost)
        below = int((root - in_channels) / (2 * kernel_size**2))
        width = min(below, below + 1, key=lambda width: abs(own_cost(width) - cost))
        super().__init__(ConvUnit(in_channels, width, 1), ConvUnit(width, width, kernel_size))
        self.out_channels = width


class SmallGoogLeNet(nn.Module):
    """Inception blocks for images of about 32 by 32, pooled twice between them.

    Args:
        width: unit of the channel counts; 6 gives 0.30 million parameters.
        branch: kernel size of the one branch that stands in each block's place, at its cost; none
            for whole blocks.
        num_classes: number of logits.
        in_channels: channels of the images.
    """

    def __init__(
        self,
        width: int = 6,
        num_classes: int = 10,
        in_channels: int = 3,
        branch: Literal[1, 3, 5] | None = None,
    ) -> None:
        super().__init__()
        self.stem = ConvUnit(in_channels, 8 * width, 3)
        channels = whole = 8 * width  # of this network, and of one of whole blocks
        layers: list[nn.Module] = []
        for scale, count in ((1, 2), (2, 4), (3, 2)):
            for _ in range(count):
                w = width * scale
                block: InceptionBlock | OneBranch
                if branch is None:
                    block = InceptionBlock(channels, 2 * w, 4 * w, 4 * w, w, w, w)
                else:
                    block = OneBranch(channels, branch, 8 * w * whole + 169 * w**2)
                layers.append(block)
                channels, whole = block.out_channels, 8 * w
            if scale < 3:
                layers.append(nn.MaxPool2d(3, stride=2, padding=1))
        self.blocks = nn.Sequential(*layers)
        self.fc = nn.Linear(channels, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Images (N, C, H, W) to logits (N, num_classes)."""
        x = self.blocks(self.stem(x))  # (N, channels, H/4, W/4)
        return self.fc(x.mean(dim=(2, 3)))  # (N, num_classes)

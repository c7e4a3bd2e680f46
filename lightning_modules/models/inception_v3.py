"""Inception v3: the Inception block with its larger filters taken apart into rows and columns.

C. Szegedy, V. Vanhoucke, S. Ioffe, J. Shlens and Z. Wojna, "Rethinking the Inception architecture
for computer vision" (2016), table 1. Each block is written as a table of its branches.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Conv(NamedTuple):
    """One convolution of a branch; `same` pads so that the map keeps its size."""

    name: str
    channels: int
    kernel: tuple[int, int] = (1, 1)
    stride: int = 1
    same: bool = True


Branch = list[Conv | tuple[Conv, Conv]]  # a pair runs side by side and is put together


class ConvUnit(nn.Module):
    """Convolution, batch normalisation, ReLU."""

    def __init__(self, in_channels: int, spec: Conv) -> None:
        super().__init__()
        height, width = spec.kernel
        padding = (height // 2, width // 2) if spec.same else (0, 0)
        self.conv = nn.Conv2d(
            in_channels, spec.channels, spec.kernel, spec.stride, padding, bias=False
        )
        self.bn = nn.BatchNorm2d(spec.channels, eps=0.001)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.bn(self.conv(x)), inplace=True)


class Mixed(nn.Module):
    """Branches of convolutions, and one that pools, put side by side.

    Args:
        in_channels: channels of the input.
        branches: the convolutions of each branch.
        pool_channels: channels after average pooling; 0: max pooling of stride 2, no convolution.
    """

    def __init__(self, in_channels: int, branches: list[Branch], pool_channels: int = 0) -> None:
        super().__init__()
        self.branches = branches
        self.out_channels = pool_channels or in_channels
        for branch in branches:
            channels = in_channels
            for step in branch:
                specs = (step,) if isinstance(step, Conv) else step
                for spec in specs:
                    self.add_module(spec.name, ConvUnit(channels, spec))
                channels = sum(spec.channels for spec in specs)
            self.out_channels += channels
        if pool_channels:
            self.branch_pool = ConvUnit(in_channels, Conv("branch_pool", pool_channels))

    def forward(self, x: Tensor) -> Tensor:
        """(N, in_channels, H, W) to (N, out_channels, H', W'); max pooling makes it smaller."""
        outputs = []
        for branch in self.branches:
            h = x
            for step in branch:
                specs = (step,) if isinstance(step, Conv) else step
                h = torch.cat([self.get_submodule(spec.name)(h) for spec in specs], dim=1)
            outputs.append(h)
        if hasattr(self, "branch_pool"):
            outputs.append(self.branch_pool(F.avg_pool2d(x, 3, stride=1, padding=1)))
        else:
            outputs.append(F.max_pool2d(x, 3, stride=2))
        return torch.cat(outputs, dim=1)  # (N, out_channels, H', W')


_ROW, _COLUMN = (1, 7), (7, 1)


def block_a(in_channels: int, pool_channels: int) -> Mixed:
    """Figure 5: two 3x3, beside the 5x5 in whose place the paper puts them; as it was released."""
    branches: list[Branch] = [
        [Conv("branch1x1", 64)],
        [Conv("branch5x5_1", 48), Conv("branch5x5_2", 64, (5, 5))],
        [
            Conv("branch3x3dbl_1", 64),
            Conv("branch3x3dbl_2", 96, (3, 3)),
            Conv("branch3x3dbl_3", 96, (3, 3)),
        ],
    ]
    return Mixed(in_channels, branches, pool_channels)


def reduction_b(in_channels: int) -> Mixed:
    """Halves the map, 35 to 17 (figure 10)."""
    branches: list[Branch] = [
        [Conv("branch3x3", 384, (3, 3), stride=2, same=False)],
        [
            Conv("branch3x3dbl_1", 64),
            Conv("branch3x3dbl_2", 96, (3, 3)),
            Conv("branch3x3dbl_3", 96, (3, 3), stride=2, same=False),
        ],
    ]
    return Mixed(in_channels, branches)


def block_c(in_channels: int, width: int) -> Mixed:
    """Figure 6: 7x7 filters as a row of 7 and a column of 7."""
    branches: list[Branch] = [
        [Conv("branch1x1", 192)],
        [
            Conv("branch7x7_1", width),
            Conv("branch7x7_2", width, _ROW),
            Conv("branch7x7_3", 192, _COLUMN),
        ],
        [
            Conv("branch7x7dbl_1", width),
            Conv("branch7x7dbl_2", width, _COLUMN),
            Conv("branch7x7dbl_3", width, _ROW),
            Conv("branch7x7dbl_4", width, _COLUMN),
            Conv("branch7x7dbl_5", 192, _ROW),
        ],
    ]
    return Mixed(in_channels, branches, pool_channels=192)


def reduction_d(in_channels: int) -> Mixed:
    """Halves the map, 17 to 8."""
    branches: list[Branch] = [
        [Conv("branch3x3_1", 192), Conv("branch3x3_2", 320, (3, 3), stride=2, same=False)],
        [
            Conv("branch7x7x3_1", 192),
            Conv("branch7x7x3_2", 192, _ROW),
            Conv("branch7x7x3_3", 192, _COLUMN),
            Conv("branch7x7x3_4", 192, (3, 3), stride=2, same=False),
        ],
    ]
    return Mixed(in_channels, branches)


def block_e(in_channels: int) -> Mixed:
    """Figure 7: a row and a column side by side, for many channels on a small map."""
    branches: list[Branch] = [
        [Conv("branch1x1", 320)],
        [
            Conv("branch3x3_1", 384),
            (Conv("branch3x3_2a", 384, (1, 3)), Conv("branch3x3_2b", 384, (3, 1))),
        ],
        [
            Conv("branch3x3dbl_1", 448),
            Conv("branch3x3dbl_2", 384, (3, 3)),
            (Conv("branch3x3dbl_3a", 384, (1, 3)), Conv("branch3x3dbl_3b", 384, (3, 1))),
        ],
    ]
    return Mixed(in_channels, branches, pool_channels=192)


class AuxiliaryHead(nn.Module):
    """A classifier on the 17x17 maps, whose loss is added in training (section 4)."""

    def __init__(self, in_channels: int, num_classes: int) -> None:
        super().__init__()
        self.conv0 = ConvUnit(in_channels, Conv("conv0", 128))
        self.conv1 = ConvUnit(128, Conv("conv1", 768, (5, 5), same=False))
        self.fc = nn.Linear(768, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """(N, in_channels, 17, 17) to logits (N, num_classes)."""
        x = self.conv0(F.avg_pool2d(x, 5, stride=3))  # (N, 128, 5, 5)
        return self.fc(self.conv1(x).mean(dim=(2, 3)))  # (N, num_classes)


class InceptionV3(nn.Module):
    """27.2 million parameters with the auxiliary head; torchvision's state dict loads.

    Args:
        num_classes: number of logits.
        dropout: probability of dropping a feature in training.
    """

    def __init__(self, num_classes: int = 1000, dropout: float = 0.5) -> None:
        super().__init__()
        three = (3, 3)
        self.Conv2d_1a_3x3 = ConvUnit(3, Conv("", 32, three, stride=2, same=False))
        self.Conv2d_2a_3x3 = ConvUnit(32, Conv("", 32, three, same=False))
        self.Conv2d_2b_3x3 = ConvUnit(32, Conv("", 64, three))
        self.Conv2d_3b_1x1 = ConvUnit(64, Conv("", 80))
        self.Conv2d_4a_3x3 = ConvUnit(80, Conv("", 192, three, same=False))
        self.Mixed_5b = block_a(192, 32)
        self.Mixed_5c = block_a(256, 64)
        self.Mixed_5d = block_a(288, 64)
        self.Mixed_6a = reduction_b(288)
        self.Mixed_6b = block_c(768, 128)
        self.Mixed_6c = block_c(768, 160)
        self.Mixed_6d = block_c(768, 160)
        self.Mixed_6e = block_c(768, 192)
        self.AuxLogits = AuxiliaryHead(768, num_classes)
        self.Mixed_7a = reduction_d(768)
        self.Mixed_7b = block_e(1280)
        self.Mixed_7c = block_e(2048)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(2048, num_classes)

    def middle(self, x: Tensor) -> Tensor:
        """Images (N, 3, 299, 299) to the maps (N, 768, 17, 17) that both heads see."""
        x = self.Conv2d_1a_3x3(x)  # (N, 32, 149, 149)
        x = self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(x))  # (N, 64, 147, 147)
        x = F.max_pool2d(x, 3, stride=2)  # (N, 64, 73, 73)
        x = self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(x))  # (N, 192, 71, 71)
        x = F.max_pool2d(x, 3, stride=2)  # (N, 192, 35, 35)
        x = self.Mixed_5d(self.Mixed_5c(self.Mixed_5b(x)))  # (N, 288, 35, 35)
        x = self.Mixed_6c(self.Mixed_6b(self.Mixed_6a(x)))  # (N, 768, 17, 17)
        return self.Mixed_6e(self.Mixed_6d(x))  # (N, 768, 17, 17)

    def forward(self, x: Tensor) -> Tensor:
        """Images (N, 3, H, W), H and W at least 75, to logits (N, num_classes)."""
        x = self.Mixed_7c(self.Mixed_7b(self.Mixed_7a(self.middle(x))))  # (N, 2048, 8, 8)
        return self.fc(self.dropout(x.mean(dim=(2, 3))))  # (N, num_classes)

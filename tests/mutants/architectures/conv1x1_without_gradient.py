"""The weights are used as numbers, out of the graph's sight.

task: conv1x1
says: no gradient reaches
"""

from torch import nn
from torch.nn import functional as F


class Conv1x1(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, 1)

    def forward(self, x):
        weight = self.conv.weight.data
        return F.conv2d(x, weight, self.conv.bias.data)

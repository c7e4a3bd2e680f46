"""A ReLU follows the convolution.

task: conv1x1
says: a ReLU follows
"""

from torch import nn


class Conv1x1(nn.Sequential):
    def __init__(self, in_channels, out_channels):
        super().__init__(nn.Conv2d(in_channels, out_channels, 1), nn.ReLU())

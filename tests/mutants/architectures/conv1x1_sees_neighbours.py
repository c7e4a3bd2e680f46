"""A 3x3 kernel with padding: the shapes are right, the pixels mixed.

task: conv1x1
says: the kernel is 3x3
"""

from torch import nn


class Conv1x1(nn.Conv2d):
    def __init__(self, in_channels, out_channels):
        super().__init__(in_channels, out_channels, 3, padding=1)

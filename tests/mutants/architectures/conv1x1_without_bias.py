"""The bias is turned off.

task: conv1x1
says: there is no bias
"""

from torch import nn


class Conv1x1(nn.Conv2d):
    def __init__(self, in_channels, out_channels):
        super().__init__(in_channels, out_channels, 1, bias=False)

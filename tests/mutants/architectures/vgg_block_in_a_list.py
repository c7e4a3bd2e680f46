"""The layers lie in a plain list, where no optimizer finds them.

task: vgg_block
says: kept as an attribute
"""

from torch import nn
from torch.nn import functional as F


class VGGBlock(nn.Module):
    def __init__(self, in_channels, out_channels, num_convs):
        super().__init__()
        self.convs = [
            nn.Conv2d(out_channels if i else in_channels, out_channels, 3, padding=1)
            for i in range(num_convs)
        ]

    def forward(self, x):
        for conv in self.convs:
            x = F.relu(conv(x))
        return F.max_pool2d(x, 2)

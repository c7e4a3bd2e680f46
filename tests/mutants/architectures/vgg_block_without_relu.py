"""No ReLU: the convolutions collapse into a single linear one.

task: vgg_block
says: the ReLUs are missing
"""

from torch import nn


class VGGBlock(nn.Module):
    def __init__(self, in_channels, out_channels, num_convs):
        super().__init__()
        layers = []
        for _ in range(num_convs):
            layers.append(nn.Conv2d(in_channels, out_channels, 3, padding=1))
            in_channels = out_channels
        self.layers = nn.Sequential(*layers, nn.MaxPool2d(2))

    def forward(self, x):
        return self.layers(x)

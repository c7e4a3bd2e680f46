"""A pooling layer behind each convolution.

task: vgg_block
says: has shape
"""

from torch import nn


class VGGBlock(nn.Module):
    def __init__(self, in_channels, out_channels, num_convs):
        super().__init__()
        layers = []
        for _ in range(num_convs):
            layers += [nn.Conv2d(in_channels, out_channels, 3, padding=1), nn.ReLU()]
            layers.append(nn.MaxPool2d(2, ceil_mode=True))
            in_channels = out_channels
        self.layers = nn.Sequential(*layers, nn.Identity())

    def forward(self, x):
        return self.layers(x)

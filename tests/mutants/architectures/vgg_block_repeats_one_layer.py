"""The second convolution is made once and used again and again.

task: vgg_block
says: convolutions where
"""

from torch import nn


class VGGBlock(nn.Module):
    def __init__(self, in_channels, out_channels, num_convs):
        super().__init__()
        again = nn.Conv2d(out_channels, out_channels, 3, padding=1)
        layers = [nn.Conv2d(in_channels, out_channels, 3, padding=1), nn.ReLU()]
        layers += [again, nn.ReLU()] * (num_convs - 1)
        self.layers = nn.Sequential(*layers, nn.MaxPool2d(2))

    def forward(self, x):
        return self.layers(x)

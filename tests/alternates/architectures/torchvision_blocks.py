"""What torchvision has, put to use; prints, a warning and a plot on the way."""

import warnings

import lightning.pytorch as pl
import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F
import torchvision
from torch import nn

print("torchvision", torchvision.__version__)
warnings.warn("a warning costs nothing")
fig, ax = plt.subplots()


def Conv1x1(in_channels, out_channels):
    return nn.Sequential(nn.Conv2d(in_channels, out_channels, 1))


def VGGBlock(in_channels, out_channels, num_convs):
    layers = torchvision.models.vgg.make_layers([out_channels] * num_convs + ["M"])
    first = nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1)
    return nn.Sequential(first, *list(layers)[1:])


class InceptionBlock(nn.Module):
    def __init__(self, in_channels, c1, c3_reduce, c3, c5_reduce, c5, pool_proj):
        super().__init__()

        def conv(a, b, k=1):
            return nn.Sequential(nn.Conv2d(a, b, k, padding=(k - 1) // 2), nn.ReLU())

        self.paths = nn.ModuleDict(
            {
                "1x1": conv(in_channels, c1),
                "3x3": nn.Sequential(conv(in_channels, c3_reduce), conv(c3_reduce, c3, 3)),
                "5x5": nn.Sequential(conv(in_channels, c5_reduce), conv(c5_reduce, c5, 5)),
                "pool": nn.Sequential(nn.MaxPool2d(3, 1, 1), conv(in_channels, pool_proj)),
            }
        )

    def forward(self, x):
        out = x.new_empty((len(x), 0, *x.shape[2:]))
        for path in self.paths.values():
            print(out.shape)
            out = torch.cat((out, path(x)), dim=-3)
        return out


class ResidualBlock(torchvision.models.resnet.BasicBlock):
    def __init__(self, in_channels, out_channels, stride=1):
        projects = stride != 1 or in_channels != out_channels
        downsample = (
            nn.Sequential(
                torchvision.models.resnet.conv1x1(in_channels, out_channels, stride),
                nn.BatchNorm2d(out_channels),
            )
            if projects
            else None
        )
        super().__init__(in_channels, out_channels, stride, downsample)


class DigitClassifier(pl.LightningModule):
    """An average over the picture at the end, and one step for training and validation."""

    def __init__(self, learning_rate=1e-3):
        super().__init__()
        self.learning_rate = learning_rate
        self.features = nn.Sequential(
            nn.Conv2d(1, 32, 5, stride=2, padding=2),
            nn.ReLU(),
            ResidualBlock(32, 32, stride=2),
        )
        self.head = nn.Linear(32 * 4, 10)

    def forward(self, x):
        maps = self.features(x)
        return self.head(F.adaptive_max_pool2d(maps, 2).flatten(1))

    def step(self, batch, stage):
        x, y = batch
        logits = self(x)
        loss = F.cross_entropy(logits, y)
        self.log(f"{stage}_loss", loss.item())
        self.log(f"{stage}_acc", (logits.argmax(1) == y).sum() / y.numel())
        return loss

    def training_step(self, batch):
        return self.step(batch, "train")

    def validation_step(self, batch):
        return self.step(batch, "val")

    def configure_optimizers(self):
        return torch.optim.AdamW(self.parameters(), lr=self.learning_rate)

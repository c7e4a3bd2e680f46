"""Layers that learn their input's channels from the first image, and a scheduler."""

import torch
from lightning import LightningModule
from torch import nn


def Conv1x1(in_channels, out_channels):
    return nn.LazyConv2d(out_channels, kernel_size=1)


class VGGBlock(nn.Module):
    def __init__(self, in_channels, out_channels, num_convs):
        super().__init__()
        layers = []
        for _ in range(num_convs):
            layers.append(nn.LazyConv2d(out_channels, kernel_size=3, padding=1))
            layers.append(nn.ReLU())
        layers.append(nn.MaxPool2d(kernel_size=2, stride=2))
        self.net = nn.Sequential(*layers)

    def forward(self, x):
        return self.net(x)


class InceptionBlock(nn.Module):
    def __init__(self, in_channels, c1, c3_reduce, c3, c5_reduce, c5, pool_proj, **kwargs):
        super().__init__(**kwargs)
        self.b1_1 = nn.LazyConv2d(c1, kernel_size=1)
        self.b2_1 = nn.LazyConv2d(c3_reduce, kernel_size=1)
        self.b2_2 = nn.LazyConv2d(c3, kernel_size=3, padding=1)
        self.b3_1 = nn.LazyConv2d(c5_reduce, kernel_size=1)
        self.b3_2 = nn.LazyConv2d(c5, kernel_size=5, padding=2)
        self.b4_1 = nn.MaxPool2d(kernel_size=3, stride=1, padding=1)
        self.b4_2 = nn.LazyConv2d(pool_proj, kernel_size=1)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        b1 = self.relu(self.b1_1(x))
        b2 = self.relu(self.b2_2(self.relu(self.b2_1(x))))
        b3 = self.relu(self.b3_2(self.relu(self.b3_1(x))))
        b4 = self.relu(self.b4_2(self.b4_1(x)))
        return torch.cat((b1, b2, b3, b4), dim=1)


class ResidualBlock(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.conv1 = nn.LazyConv2d(
            out_channels, kernel_size=3, padding=1, stride=stride, bias=False
        )
        self.conv2 = nn.LazyConv2d(out_channels, kernel_size=3, padding=1, bias=False)
        self.conv3 = None
        if in_channels != out_channels or stride != 1:
            self.conv3 = nn.LazyConv2d(out_channels, kernel_size=1, stride=stride, bias=False)
            self.bn3 = nn.LazyBatchNorm2d()
        self.bn1 = nn.LazyBatchNorm2d()
        self.bn2 = nn.LazyBatchNorm2d()

    def forward(self, x):
        y = torch.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        if self.conv3:
            x = self.bn3(self.conv3(x))
        y += x
        return torch.relu(y)


class DigitClassifier(LightningModule):
    def __init__(self, learning_rate=1e-3):
        super().__init__()
        self.save_hyperparameters()
        self.net = nn.Sequential(
            nn.Conv2d(1, 6, 5, padding=2),
            nn.ReLU(),
            nn.AvgPool2d(2),
            nn.Conv2d(6, 16, 5),
            nn.ReLU(),
            nn.AvgPool2d(2),
            nn.Flatten(),
            nn.LazyLinear(84),
            nn.ReLU(),
            nn.LazyLinear(10),
        )
        self.net(torch.zeros(1, 1, 28, 28))

    def forward(self, x):
        return self.net(x)

    def training_step(self, batch, batch_idx):
        loss = nn.functional.cross_entropy(self(batch[0]), batch[1])
        self.log("train_loss", loss, on_epoch=True, on_step=False)
        return {"loss": loss}

    def validation_step(self, batch, batch_idx):
        images, labels = batch
        scores = self.net(images)
        self.log("val_loss", nn.CrossEntropyLoss()(scores, labels), batch_size=len(labels))
        self.log("val_acc", sum(scores.max(1).indices == labels) / len(labels))

    def configure_optimizers(self):
        optimizer = torch.optim.Adam(self.parameters(), self.hparams.learning_rate)
        scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=10)
        return [optimizer], [scheduler]

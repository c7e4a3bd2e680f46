"""Sequential subclasses, torchmetrics objects, dropout and batch norm in the classifier."""

import lightning.pytorch as pl
import torch
import torch.nn as nn
from torchmetrics import Accuracy, MeanMetric


class Conv1x1(nn.Conv2d):
    def __init__(self, in_channels: int, out_channels: int):
        super().__init__(in_channels, out_channels, (1, 1))


class VGGBlock(nn.Sequential):
    def __init__(self, in_channels: int, out_channels: int, num_convs: int):
        channels = [in_channels] + [out_channels] * num_convs
        for_each = [
            nn.Sequential(nn.Conv2d(a, b, 3, padding=1), nn.ReLU(inplace=True))
            for a, b in zip(channels, channels[1:])
        ]
        super().__init__(*for_each, nn.MaxPool2d(2, 2))


class Branch(nn.Sequential):
    """(channels, kernel) pairs, a ReLU after each."""

    def __init__(self, in_channels, *convs, first=None):
        layers = [first] if first else []
        for out_channels, kernel in convs:
            layers += [
                nn.Conv2d(in_channels, out_channels, kernel, padding=kernel // 2),
                nn.ReLU(inplace=True),
            ]
            in_channels = out_channels
        super().__init__(*layers)


class InceptionBlock(nn.Module):
    def __init__(self, in_channels, c1, c3_reduce, c3, c5_reduce, c5, pool_proj):
        super().__init__()
        self.branches = nn.ModuleList(
            [
                Branch(in_channels, (c1, 1)),
                Branch(in_channels, (c3_reduce, 1), (c3, 3)),
                Branch(in_channels, (c5_reduce, 1), (c5, 5)),
                Branch(in_channels, (pool_proj, 1), first=nn.MaxPool2d(3, 1, 1)),
            ]
        )

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], 1)


def conv_norm(in_channels, out_channels, kernel, stride=1):
    """A convolution without bias, and its batch normalisation."""
    conv = nn.Conv2d(in_channels, out_channels, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(out_channels))


class ResidualBlock(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.a = conv_norm(in_channels, out_channels, 3, stride)
        self.b = conv_norm(out_channels, out_channels, 3)
        nn.init.zeros_(self.b[1].weight)  # every block begins as the identity
        fits = in_channels == out_channels and stride == 1
        self.shortcut = (lambda x: x) if fits else conv_norm(in_channels, out_channels, 1, stride)
        self.layers = nn.ModuleDict({"a": self.a, "b": self.b})  # the same layers by other names

    def forward(self, x):
        return (self.b(self.a(x).relu()) + self.shortcut(x)).relu()


class DigitClassifier(pl.LightningModule):
    def __init__(self, learning_rate=1e-3):
        super().__init__()
        self.save_hyperparameters()
        self.model = nn.Sequential(
            nn.Flatten(),
            nn.Linear(784, 48),
            nn.BatchNorm1d(48),
            nn.ReLU(),
            nn.Dropout(0.2),
            nn.Linear(48, 10),
        )
        self.criterion = nn.CrossEntropyLoss()
        self.val_loss = MeanMetric()
        self.val_acc = Accuracy(task="multiclass", num_classes=10)

    def forward(self, x):
        return self.model(x)

    def training_step(self, batch, batch_idx):
        x, y = batch
        loss = self.criterion(self.model(x), y)
        self.log("train_loss", loss.detach(), prog_bar=True, logger=False)
        return loss

    def validation_step(self, batch, batch_idx):
        x, y = batch
        logits = self.model(x)
        self.val_loss.update(self.criterion(logits, y), weight=len(y))
        self.val_acc.update(logits, y)

    def on_validation_epoch_end(self):
        self.log("val_loss", self.val_loss.compute())
        self.log("val_acc", self.val_acc.compute())
        self.val_loss.reset()
        self.val_acc.reset()

    def configure_optimizers(self):
        return {"optimizer": torch.optim.Adam(self.model.parameters(), self.hparams.learning_rate)}

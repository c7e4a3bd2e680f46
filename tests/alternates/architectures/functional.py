"""Functional calls on layers with names of their own, a plain ReLU written out, math by hand."""

import lightning as L
import torch
import torch.nn.functional as F
from torch import nn


class Conv1x1(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(out_channels, in_channels) / in_channels**0.5)
        self.bias = nn.Parameter(torch.zeros(out_channels))

    def forward(self, x):
        return torch.einsum("nchw,oc->nohw", x, self.weight) + self.bias.view(1, -1, 1, 1)


class VGGBlock(nn.Module):
    def __init__(self, in_channels, out_channels, num_convs):
        super().__init__()
        for i in range(num_convs):
            conv = nn.Conv2d(in_channels if i == 0 else out_channels, out_channels, 3, 1, 1)
            self.add_module(f"conv{i}", conv)
        self.num_convs = num_convs

    def forward(self, x):
        for i in range(self.num_convs):
            x = getattr(self, f"conv{i}")(x).clamp(min=0)
        return F.max_pool2d(x, kernel_size=2)


class InceptionBlock(nn.Module):
    def __init__(self, in_channels, c1, c3_reduce, c3, c5_reduce, c5, pool_proj):
        super().__init__()
        self.proj = nn.Conv2d(in_channels, pool_proj, 1)
        self.b5 = nn.Conv2d(c5_reduce, c5, 5, padding="same")
        self.b5r = nn.Conv2d(in_channels, c5_reduce, 1)
        self.b3 = nn.Conv2d(c3_reduce, c3, 3, padding="same")
        self.b3r = nn.Conv2d(in_channels, c3_reduce, 1)
        self.b1 = nn.Conv2d(in_channels, c1, 1)

    def forward(self, x):
        pooled = F.max_pool2d(x, 3, stride=1, padding=1)
        return torch.hstack(
            (
                self.b1(x),
                self.b3(self.b3r(x).relu()),
                self.b5(self.b5r(x).relu()),
                self.proj(pooled),
            )
        ).relu_()


class ResidualBlock(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.stride = stride
        self.first = nn.Conv2d(in_channels, out_channels, 3, stride, 1, bias=False)
        self.second = nn.Conv2d(out_channels, out_channels, 3, 1, 1, bias=False)
        self.bn_a, self.bn_b = nn.BatchNorm2d(out_channels), nn.BatchNorm2d(out_channels)
        self.skip = None
        if in_channels != out_channels or stride > 1:
            self.skip = nn.Conv2d(in_channels, out_channels, 1, stride, bias=False)
            self.bn_skip = nn.BatchNorm2d(out_channels)

    def forward(self, x):
        out = torch.relu(self.bn_a(self.first(x)))
        out = self.bn_b(self.second(out))
        out = out + (x if self.skip is None else self.bn_skip(self.skip(x)))
        return torch.maximum(out, torch.zeros_like(out))


class DigitClassifier(L.LightningModule):
    def __init__(self, learning_rate=1e-3):
        super().__init__()
        self.lr = learning_rate
        self.hidden = nn.Linear(28 * 28, 64)
        self.out = nn.Linear(64, 10)

    def forward(self, x):
        return self.out(torch.tanh(self.hidden(x.flatten(start_dim=1))))

    def _loss(self, batch):
        x, y = batch
        logits = self(x)
        return F.nll_loss(F.log_softmax(logits, dim=-1), y), logits

    def training_step(self, batch, batch_idx):
        loss, _ = self._loss(batch)
        self.log("train_loss", loss, on_step=True, on_epoch=True, prog_bar=True)
        return loss

    def validation_step(self, batch, batch_idx):
        loss, logits = self._loss(batch)
        hits = torch.eq(logits.argmax(-1), batch[1])
        self.log_dict({"val_loss": loss, "val_acc": hits.double().mean()})

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.lr)

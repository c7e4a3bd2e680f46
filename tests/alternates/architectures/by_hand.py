"""Unfolded windows, manual optimisation, and an accuracy gathered over the epoch."""

import lightning.pytorch as pl
import torch
from torch import nn
from torch.nn.functional import cross_entropy, pad, unfold


class Conv(nn.Module):
    """A convolution as a matrix product of unfolded windows."""

    def __init__(self, in_channels, out_channels, size):
        super().__init__()
        fan_in = in_channels * size * size
        kernel = torch.randn(out_channels, in_channels, size, size) * (2 / fan_in) ** 0.5
        self.kernel = nn.Parameter(kernel)
        self.offset = nn.Parameter(torch.zeros(out_channels))
        self.size = size

    def forward(self, x):
        n, _, h, w = x.shape
        windows = unfold(x, self.size, padding=self.size // 2)  # (N, C k k, H W)
        y = self.kernel.flatten(1) @ windows + self.offset[:, None]  # (N, F, H W)
        return y.reshape(n, -1, h, w)


class Conv1x1(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.linear = nn.Linear(in_channels, out_channels)

    def forward(self, x):
        return self.linear(x.movedim(1, -1)).movedim(-1, 1)


class VGGBlock(nn.Module):
    def __init__(self, in_channels, out_channels, num_convs):
        super().__init__()
        self.conv = Conv(in_channels, out_channels, 3)
        self.rest = VGGRest(out_channels, num_convs - 1) if num_convs > 1 else None

    def forward(self, x):
        x = self.conv(x).relu()
        x = self.rest(x) if self.rest is not None else x
        h, w = x.shape[2] // 2 * 2, x.shape[3] // 2 * 2
        return x[:, :, :h, :w].unfold(2, 2, 2).unfold(3, 2, 2).amax(dim=(-2, -1))


class VGGRest(nn.Module):
    """The convolutions after the first, one inside the other."""

    def __init__(self, channels, num_convs):
        super().__init__()
        self.conv = Conv(channels, channels, 3)
        self.rest = VGGRest(channels, num_convs - 1) if num_convs > 1 else None

    def forward(self, x):
        x = self.conv(x).relu()
        return x if self.rest is None else self.rest(x)


class InceptionBlock(nn.Module):
    def __init__(self, in_channels, c1, c3_reduce, c3, c5_reduce, c5, pool_proj):
        super().__init__()
        self.widths = c1, c3, c5, pool_proj
        self.direct = Conv(in_channels, c1, 1)
        self.three = nn.ModuleList([Conv(in_channels, c3_reduce, 1), Conv(c3_reduce, c3, 3)])
        self.five = nn.ModuleList([Conv(in_channels, c5_reduce, 1), Conv(c5_reduce, c5, 5)])
        self.pooled = Conv(in_channels, pool_proj, 1)

    def forward(self, x):
        n, _, h, w = x.shape
        out = torch.zeros(n, sum(self.widths), h, w)
        windows = pad(x, (1, 1, 1, 1), value=-torch.inf).unfold(2, 3, 1).unfold(3, 3, 1)
        parts = (
            self.direct(x),
            self.three[1](self.three[0](x).relu()),
            self.five[1](self.five[0](x).relu()),
            self.pooled(windows.amax((-1, -2))),
        )
        start = 0
        for width, part in zip(self.widths, parts):
            out[:, start : start + width] = part.relu()
            start += width
        return out


class ResidualBlock(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()

        def conv(channels, size, stride):
            return nn.Conv2d(channels, out_channels, size, stride, size // 2, bias=False)

        self.convs = nn.ModuleList([conv(in_channels, 3, stride), conv(out_channels, 3, 1)])
        self.norms = nn.ModuleList([nn.BatchNorm2d(out_channels) for _ in self.convs])
        if (in_channels, 1) != (out_channels, stride):
            self.convs.append(conv(in_channels, 1, stride))
            self.norms.append(nn.BatchNorm2d(out_channels))

    def forward(self, x):
        y = x
        for i in (0, 1):
            y = self.norms[i](self.convs[i](y))
            if i == 0:
                y = y * (y > 0)
        if len(self.convs) == 3:
            x = self.norms[2](self.convs[2](x))
        y = y + x
        return y * (y > 0)


class DigitClassifier(pl.LightningModule):
    def __init__(self, learning_rate=1e-3):
        super().__init__()
        self.save_hyperparameters()
        self.automatic_optimization = False
        self.weight = nn.Parameter(torch.zeros(784, 10))
        self.bias = nn.Parameter(torch.zeros(10))

    def forward(self, x):
        return x.reshape(-1, 784) @ self.weight + self.bias

    def training_step(self, batch, batch_idx):
        optimizer = self.optimizers()
        loss = cross_entropy(self(batch[0]), batch[1])
        optimizer.zero_grad()
        self.manual_backward(loss)
        optimizer.step()
        self.log("train_loss", loss)

    def on_validation_epoch_start(self):
        self.logits, self.labels = [], []

    def validation_step(self, batch, batch_idx):
        self.logits.append(self(batch[0]))
        self.labels.append(batch[1])

    def on_validation_epoch_end(self):
        logits, labels = torch.cat(self.logits), torch.cat(self.labels)
        self.log("val_loss", cross_entropy(logits, labels))
        self.log("val_acc", (logits.argmax(1) == labels).float().mean())

    def configure_optimizers(self):
        return torch.optim.Adam([self.weight, self.bias], lr=self.hparams.learning_rate)

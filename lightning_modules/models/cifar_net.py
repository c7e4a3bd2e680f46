"""The small convolutional network that speed records on CIFAR-10 are run with."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lightning_modules.models.winograd import WinogradConv2d

PATCH = 2  # side of the patches that the first layer whitens


class CifarNet(nn.Module):
    """Eight layers, 2.0 M parameters (Jordan 2024, "94% on CIFAR-10 in 3.29 seconds", section 3).

    The first convolution is fixed: it maps each 2 by 2 patch to its principal components, scaled to
    unit variance, and to their negatives (`whiten` computes it from the training images; the
    callback `Whiten` calls it). Each further convolution begins as the identity on its first
    channels (Dirac). Batch normalisation has no scale of its own and forgets quickly, and the
    logits are made small, so that high learning rates are stable.

    In evaluation the logits are the mean over the image, its mirror image, and both moved by one
    pixel up-left and down-right.

    Args:
        widths: channels of the three blocks.
        head_scale: the last layer's weights are this times its parameter, which multiplies that
            parameter's learning rate by the square of it.
        views: images that the evaluation averages over: 1, 2 (mirror) or 6 (moved, too).
        num_classes: number of logits.
        winograd: convolve the second and third block by Winograd's algorithm, which makes them
            faster on a CPU. The parameters are the same.
    """

    def __init__(
        self,
        widths: tuple[int, int, int] = (64, 256, 256),
        head_scale: float = 3.5,
        views: int = 6,
        num_classes: int = 10,
        winograd: bool = False,
    ) -> None:
        super().__init__()
        whitened = 2 * 3 * PATCH * PATCH
        self.whiten = nn.Conv2d(3, whitened, PATCH)
        self.whiten.weight.requires_grad_(False)
        sizes = (whitened, *widths)
        self.blocks = nn.Sequential(
            *(_Block(sizes[i], sizes[i + 1], winograd and i > 0) for i in range(3)),  # (N, C, 3, 3)
            nn.MaxPool2d(3),  # (N, widths[2], 1, 1)
            nn.Flatten(),  # (N, widths[2])
        )
        self.head = nn.Linear(widths[2], num_classes, bias=False)
        self.head_scale = head_scale
        self.views = views
        with torch.no_grad():
            self.head.weight.div_(head_scale)

    def forward(self, x: Tensor) -> Tensor:
        """Images (N, 3, 32, 32) to logits (N, num_classes)."""
        if self.training or self.views == 1:
            return self.logits(x)
        views = [x, x.flip(-1)]
        if self.views > 2:
            padded = F.pad(x, (1, 1, 1, 1), mode="reflect")  # (N, 3, 34, 34)
            for moved in (padded[:, :, :32, :32], padded[:, :, 2:, 2:]):
                views += [moved, moved.flip(-1)]
        weights = [0.25, 0.25, *[0.125] * 4] if self.views > 2 else [0.5, 0.5]
        logits = [w * self.logits(view) for w, view in zip(weights, views, strict=True)]
        return torch.stack(logits).sum(0)  # (N, num_classes)

    def logits(self, x: Tensor) -> Tensor:
        """Images (N, 3, 32, 32) to logits (N, num_classes), of this view alone."""
        x = F.gelu(self.whiten(x))  # (N, 24, 31, 31)
        x = self.blocks(x)  # (N, widths[2])
        scale = self.head_scale / self.head.in_features
        return F.linear(x, self.head.weight * scale)  # (N, num_classes)


class _Block(nn.Module):
    """Two 3 by 3 convolutions, the first pooled: (N, C, H, W) to (N, out, H/2, W/2)."""

    def __init__(self, in_channels: int, out_channels: int, winograd: bool) -> None:
        super().__init__()
        self.conv1 = _dirac(in_channels, out_channels, winograd)
        self.norm1 = _norm(out_channels)
        self.conv2 = _dirac(out_channels, out_channels, winograd)
        self.norm2 = _norm(out_channels)

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(self.conv1(x), 2)  # (N, out, H/2, W/2)
        x = F.gelu(self.norm1(x))
        return F.gelu(self.norm2(self.conv2(x)))


def _dirac(in_channels: int, out_channels: int, winograd: bool) -> nn.Conv2d:
    conv: nn.Conv2d
    if winograd:
        conv = WinogradConv2d(in_channels, out_channels)
    else:
        conv = nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False)
    with torch.no_grad():
        nn.init.dirac_(conv.weight[:in_channels])
    return conv


def _norm(channels: int) -> nn.BatchNorm2d:
    norm = nn.BatchNorm2d(channels, eps=1e-12, momentum=0.4)
    norm.weight.requires_grad_(False)
    return norm


@torch.no_grad()
def whiten(conv: nn.Conv2d, images: Tensor, eps: float = 5e-4) -> None:
    """Sets `conv` to the scaled principal components of the patches of `images` (N, 3, H, W).

    A row is an eigenvector of the patches' covariance over the root of its eigenvalue, so that the
    outputs are uncorrelated and of unit variance; a second half holds the negatives, since what
    follows keeps mostly one sign.
    """
    patches = F.unfold(images, PATCH, stride=1)  # (N, 3 PATCH^2, L)
    patches = patches.transpose(1, 2).flatten(0, 1)  # (N L, 3 PATCH^2)
    covariance = patches.T @ patches / len(patches)  # (3 PATCH^2, 3 PATCH^2)
    variances, vectors = torch.linalg.eigh(covariance.double())
    rows = (vectors / (variances + eps).sqrt()).T.to(conv.weight.dtype)
    filters = rows.view(-1, 3, PATCH, PATCH)  # (3 PATCH^2, 3, PATCH, PATCH)
    conv.weight.copy_(torch.cat([filters, -filters]))
    assert conv.bias is not None
    conv.bias.zero_()

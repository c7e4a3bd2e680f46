"""Networks that give every pixel its class: down by pooling, up again by unpooling."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lightning_modules.errors import BadInput

Unpooling = Literal["max", "learned"]


def conv_block(in_channels: int, out_channels: int, stride: int = 1) -> nn.Sequential:
    """A 3x3 convolution, batch normalisation, ReLU; the size stays, or is divided by `stride`."""
    return nn.Sequential(
        # no bias: batch normalisation has its own
        nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(),
    )


def check_size(x: Tensor, num_poolings: int) -> None:
    """Refuses images (N, C, H, W) that cannot be halved so often without rest.

    Raises:
        BadInput: with the size and what it must be.
    """
    factor = 2**num_poolings
    if x.shape[2] % factor or x.shape[3] % factor:
        raise BadInput(
            f"images are {x.shape[2]} by {x.shape[3]}; both sides must be multiples of {factor}"
        )


class SegNet(nn.Module):
    """Each unpooling undoes one pooling, with no other path from the encoder to the decoder.

    With `max` unpooling a value returns to the pixel from which max pooling took it, all others are
    0: V. Badrinarayanan, A. Kendall and R. Cipolla, "SegNet" (2017), figure 3. With `learned`
    unpooling a 2x2 transposed convolution of stride 2 spreads it; everything else is the same.

    Args:
        in_channels: C of the input images.
        num_classes: K, background included.
        widths: channels at full size, at half of it, and so on; the last are those of the
            bottleneck, below the last pooling.
        unpooling: how the decoder doubles the size.
    """

    def __init__(
        self,
        in_channels: int = 1,
        num_classes: int = 11,
        widths: Sequence[int] = (8, 32, 64, 128),
        unpooling: Unpooling = "max",
    ) -> None:
        super().__init__()
        self.encoder = nn.ModuleList(
            conv_block(before, after) for before, after in pairwise((in_channels, *widths[:-1]))
        )
        self.bottleneck = nn.Sequential(
            conv_block(widths[-2], widths[-1]),
            conv_block(widths[-1], widths[-1]),
            conv_block(widths[-1], widths[-2]),  # max unpooling needs the pooled channels
        )
        upwards = list(reversed(widths[:-1]))  # channels of what is unpooled, smallest map first
        self.unpool = nn.ModuleList(
            nn.MaxUnpool2d(2) if unpooling == "max" else nn.ConvTranspose2d(c, c, 2, stride=2)
            for c in upwards
        )
        self.decoder = nn.ModuleList(
            conv_block(before, after) for before, after in pairwise((*upwards, upwards[-1]))
        )
        self.classifier = nn.Conv2d(widths[0], num_classes, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Images (N, C, H, W) to logits (N, K, H, W)."""
        check_size(x, len(self.encoder))
        origins = []
        for block in self.encoder:
            x, indices = F.max_pool2d_with_indices(block(x), (2, 2))  # (N, width, H / 2^i, W / 2^i)
            origins.append(indices)
        x = self.bottleneck(x)
        for unpool, block in zip(self.unpool, self.decoder, strict=True):
            indices = origins.pop()
            x = unpool(x, indices) if isinstance(unpool, nn.MaxUnpool2d) else unpool(x)
            x = block(x)  # (N, width, H / 2^(i - 1), W / 2^(i - 1))
        return self.classifier(x)  # (N, K, H, W)


class UNet(nn.Module):
    """Learned unpooling, and at each size the encoder's map beside the decoder's.

    O. Ronneberger, P. Fischer and T. Brox, "U-Net" (2015), figure 1; here convolutions are padded,
    so that the output is as large as the input.

    Args:
        in_channels: C of the input images.
        num_classes: K, background included.
        widths: channels at full size, at half of it, and so on; the last are those of the
            bottleneck, below the last pooling.
    """

    def __init__(
        self,
        in_channels: int = 1,
        num_classes: int = 11,
        widths: Sequence[int] = (8, 32, 64, 128),
    ) -> None:
        super().__init__()
        self.encoder = nn.ModuleList(
            conv_block(before, after) for before, after in pairwise((in_channels, *widths[:-1]))
        )
        self.bottleneck = nn.Sequential(
            conv_block(widths[-2], widths[-1]), conv_block(widths[-1], widths[-1])
        )
        upwards = list(reversed(widths))
        self.unpool = nn.ModuleList(
            nn.ConvTranspose2d(wide, narrow, 2, stride=2) for wide, narrow in pairwise(upwards)
        )
        self.decoder = nn.ModuleList(conv_block(2 * c, c) for c in upwards[1:])
        self.classifier = nn.Conv2d(widths[0], num_classes, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Images (N, C, H, W) to logits (N, K, H, W)."""
        check_size(x, len(self.encoder))
        skips = []
        for block in self.encoder:
            x = block(x)
            skips.append(x)
            x = F.max_pool2d(x, 2)  # (N, width, H / 2^i, W / 2^i)
        x = self.bottleneck(x)
        for unpool, block in zip(self.unpool, self.decoder, strict=True):
            x = torch.cat([unpool(x), skips.pop()], dim=1)  # (N, 2 width, H / 2^(i - 1), ...)
            x = block(x)  # (N, width, ...)
        return self.classifier(x)  # (N, K, H, W)

"""A 3 by 3 convolution with a third of the multiplications, for processors whose library has none.

Winograd's F(4 by 4, 3 by 3) (Lavin & Gray 2016, "Fast algorithms for convolutional neural
networks", section 4): a tile of 4 by 4 outputs needs 6 by 6 inputs d, and is

    Y = A^T [(G g G^T) * (B^T d B)] A,    * entry by entry, added up over the channels

so 36 multiplications a channel take the place of 16 * 9 = 144. For each of the 36 entries, that
product and sum over all tiles is one matrix product, which is where the time goes. The three
transforms are linear, so backward is their transposes in reverse order.

The numbers are those of `conv2d` but for rounding, two to four times as much of it. On a CPU it
pays from some 64 channels in and 256 out; a GPU's library chooses among such algorithms by itself.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

TILE = 4  # outputs a side; its inputs are 2 more
TILES = 800  # at a time: their transforms should stay near the processor's cache
ENTRIES = (TILE + 2) ** 2

Matrix = list[list[float]]

_B: Matrix = [[4, 0, -5, 0, 1, 0], [0, -4, -4, 1, 1, 0], [0, 4, -4, -1, 1, 0]]
_B += [[0, -2, -1, 2, 1, 0], [0, 2, -1, -2, 1, 0], [0, 4, 0, -5, 0, 1]]
_G: Matrix = [[1 / 4, 0, 0], [-1 / 6, -1 / 6, -1 / 6], [-1 / 6, 1 / 6, -1 / 6]]
_G += [[1 / 24, 1 / 12, 1 / 6], [1 / 24, -1 / 12, 1 / 6], [0, 0, 1]]
_A: Matrix = [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]]


class WinogradConv2d(nn.Conv2d):
    """`nn.Conv2d` of kernel 3, stride 1, padding 1 and no bias, with the same parameter.

    Args:
        in_channels, out_channels: C and K.
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(in_channels, out_channels, 3, padding=1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, K, H, W), channels last."""
        return conv3x3(x, self.weight)


def conv3x3(x: Tensor, weight: Tensor) -> Tensor:
    """`F.conv2d(x, weight, padding=1)` of x (N, C, H, W) and weight (K, C, 3, 3)."""
    y: Tensor = _Conv3x3.apply(x.permute(0, 2, 3, 1), weight)  # (N, H, W, K)
    return y.permute(0, 3, 1, 2)


class _Conv3x3(torch.autograd.Function):
    """Images (N, H, W, C) and weight (K, C, 3, 3) to (N, H, W, K), piece by piece of the batch."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor) -> Tensor:
        out_channels, channels = weight.shape[:2]
        kernel = weight.permute(2, 3, 1, 0).reshape(9, -1)  # (9, C K)
        kernel = (_squared(_G, x) @ kernel).view(ENTRIES, channels, out_channels)  # (36, C, K)
        transform_in, transform_out = _squared(_B, x), _squared(_A, x)
        outputs, inputs = [], []
        for piece in x.split(_images_at_a_time(x)):
            tiles = _cut(piece)  # (36, T C)
            tiles = (transform_in @ tiles).view(ENTRIES, -1, channels)  # (36, T, C)
            products = tiles @ kernel  # (36, T, K)
            outputs.append(_laid(transform_out @ products.flatten(1), piece, out_channels))
            inputs.append(tiles)
        ctx.save_for_backward(x, kernel, *inputs)
        return torch.cat(outputs)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
        x, kernel, *inputs = ctx.saved_tensors
        channels, out_channels = kernel.shape[1:]
        transform_in, transform_out = _squared(_B, x).T, _squared(_A, x).T
        grad_x, grad_kernel = [], torch.zeros_like(kernel)
        for piece, tiles in zip(grad.split(_images_at_a_time(x)), inputs, strict=True):
            products = transform_out @ _unlaid(piece)  # (36, T K)
            products = products.view(ENTRIES, -1, out_channels)  # (36, T, K)
            grad_kernel.baddbmm_(tiles.transpose(1, 2), products)  # (36, C, K)
            tiles = products @ kernel.transpose(1, 2)  # (36, T, C)
            grad_x.append(_uncut(transform_in @ tiles.flatten(1), piece, channels))
        grad_weight = _squared(_G, x).T @ grad_kernel.flatten(1)  # (9, C K)
        grad_weight = grad_weight.view(3, 3, channels, out_channels).permute(3, 2, 0, 1)
        return torch.cat(grad_x), grad_weight


def _squared(matrix: Matrix, like: Tensor) -> Tensor:
    """What transforms rows and columns of a flattened tile at once: M (Kronecker) M."""
    rows = like.new_tensor(matrix)
    return torch.kron(rows, rows)


def _tiles(x: Tensor) -> tuple[int, int]:
    """Tiles that cover images (N, H, W, ...), downwards and across."""
    return -(-x.shape[1] // TILE), -(-x.shape[2] // TILE)


def _images_at_a_time(x: Tensor) -> int:
    down, across = _tiles(x)
    return max(1, TILES // (down * across))


def _cut(x: Tensor) -> Tensor:
    """Images (N, H, W, C) to their overlapping tiles (36, T C) of inputs, T = N down across."""
    (n, height, width, channels), (down, across) = x.shape, _tiles(x)
    right, below = TILE * across - width, TILE * down - height
    x = F.pad(x, (0, 0, 1, right + 1, 1, below + 1))  # (N, 4 down + 2, 4 across + 2, C)
    image, row, column, channel = x.stride()
    strides = (row, column, image, TILE * row, TILE * column, channel)
    side = TILE + 2
    return x.as_strided((side, side, n, down, across, channels), strides).reshape(ENTRIES, -1)


def _uncut(tiles: Tensor, like: Tensor, channels: int) -> Tensor:
    """The transpose of `_cut`: (36, T C) to (N, H, W, C), overlaps added up."""
    (n, height, width), (down, across) = like.shape[:3], _tiles(like)
    side = TILE + 2
    tiles = tiles.view(side, side, n, down, across, channels).permute(2, 3, 0, 4, 1, 5)
    x = tiles.new_zeros(n, down + 1, TILE, across + 1, TILE, channels)
    x[:, :-1, :, :-1] = tiles[:, :, :TILE, :, :TILE]
    x[:, 1:, :2, :-1] += tiles[:, :, TILE:, :, :TILE]  # the two rows shared with the tile below
    x[:, :-1, :, 1:, :2] += tiles[:, :, :TILE, :, TILE:]
    x[:, 1:, :2, 1:, :2] += tiles[:, :, TILE:, :, TILE:]
    x = x.view(n, TILE * (down + 1), TILE * (across + 1), channels)
    return x[:, 1 : height + 1, 1 : width + 1]


def _laid(tiles: Tensor, like: Tensor, channels: int) -> Tensor:
    """Tiles (16, T K) of outputs to images (N, H, W, K)."""
    (n, height, width), (down, across) = like.shape[:3], _tiles(like)
    x = tiles.view(TILE, TILE, n, down, across, channels).permute(2, 3, 0, 4, 1, 5)
    return x.reshape(n, TILE * down, TILE * across, channels)[:, :height, :width]


def _unlaid(x: Tensor) -> Tensor:
    """The transpose of `_laid`: (N, H, W, K) to (16, T K), zeros beyond the images."""
    (n, height, width, channels), (down, across) = x.shape, _tiles(x)
    x = F.pad(x, (0, 0, 0, TILE * across - width, 0, TILE * down - height))
    x = x.view(n, down, TILE, across, TILE, channels).permute(2, 4, 0, 1, 3, 5)
    return x.reshape(TILE * TILE, -1)

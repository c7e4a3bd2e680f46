"""A convolution as what it is: a dense layer most of whose weights are zero or shared."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from lightning_modules.experiments.training import Measured


def shared_weights(
    seed: int, size: int = 12, in_channels: int = 1, out_channels: int = 6, kernel_size: int = 5
) -> Measured:
    """One convolution without padding, and the dense layer that computes the same.

    Weights and inputs are multiples of 1/16, whose sums of products are exact, so that a
    difference of 0 is to be expected to the last digit.

    Args:
        seed: of weights and images.
        size: height and width of the images.
        in_channels: of the images.
        out_channels: filters.
        kernel_size: height and width of a filter.

    Returns:
        `output`, the largest difference between the two layers' outputs; `gradient`, that between
        the gradient of a shared weight and the sum of the dense layer's over the places where it
        stands; `shifted`, that between the output for a shifted image and the shifted output,
        away from the border; `conv_weights` and `dense_weights`, counts; `zeros`, the share of the
        dense layer's weights that are 0.
    """
    generator = torch.Generator().manual_seed(seed)

    def sixteenths(*shape: int) -> Tensor:
        return torch.randint(1, 33, shape, generator=generator).double() / 16 - 1.03125

    kernel = sixteenths(out_channels, in_channels, kernel_size, kernel_size).requires_grad_()
    images = sixteenths(4, in_channels, size, size)
    maps = F.conv2d(images, kernel)  # (4, out, size', size')

    # column i of the dense weight: the answer to an image that is 1 at pixel i and else 0
    pixels = in_channels * size**2
    units = torch.eye(pixels, dtype=torch.double).view(pixels, in_channels, size, size)
    weight = F.conv2d(units, kernel).flatten(1).T.detach().requires_grad_()  # (out', pixels)
    dense = F.linear(images.flatten(1), weight)  # (4, out')

    slope = sixteenths(*maps.shape)
    (shared,) = torch.autograd.grad((maps * slope).sum(), kernel)
    (separate,) = torch.autograd.grad((dense * slope.flatten(1)).sum(), weight)
    # a kernel that is 1 at one place shows where its weight stands in the dense layer
    summed = torch.zeros_like(shared)
    for place in range(kernel.numel()):
        one = torch.zeros(kernel.numel(), dtype=torch.double)
        one[place] = 1
        stands = F.conv2d(units, one.view_as(kernel)).flatten(1).T
        summed.view(-1)[place] = (separate * stands).sum()

    moved = F.conv2d(images.roll((1, 2), dims=(2, 3)), kernel)
    difference = (moved - maps.roll((1, 2), dims=(2, 3)))[..., 1:, 2:]
    return Measured(
        {
            "output": float((maps.flatten(1) - dense).detach().abs().max()),
            "gradient": float((shared - summed).abs().max()),
            "shifted": float(difference.detach().abs().max()),
            "conv_weights": kernel.numel(),
            "dense_weights": weight.numel(),
            "zeros": float((weight == 0).double().mean()),
        }
    )

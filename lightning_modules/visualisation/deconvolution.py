"""The deconvnet: what in an image made a unit fire, drawn in pixels."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import Tensor, nn

from lightning_modules.errors import BadInput
from lightning_modules.visualisation.recording import check_channels, output_of


class _RectifyBack(torch.autograd.Function):
    """ReLU forwards; and backwards ReLU again, of what comes, whatever went forwards."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx: Any, signal: Tensor) -> Tensor:
        return signal.clamp(min=0)


class _DeconvReLU(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return _RectifyBack.apply(x)


def with_rectified_signal(model: nn.Module) -> nn.Module:
    """A copy whose backward pass is a deconvnet: each ReLU also rectifies what comes back.

    Raises:
        BadInput: the model has no `nn.ReLU` modules.
    """
    model = copy.deepcopy(model)
    found = [
        (parent, name)
        for parent in model.modules()
        for name, child in parent.named_children()
        if isinstance(child, nn.ReLU)
    ]
    if not found:
        raise BadInput(f"{type(model).__name__}: deconvolution needs activations that are nn.ReLU")
    for parent, name in found:
        setattr(parent, name, _DeconvReLU())
    return model


def deconvolve(model: nn.Module, layer: str, x: Tensor, channel: int) -> Tensor:
    """Takes the strongest activation of a channel back to the pixels.

    M. Zeiler and R. Fergus, "Visualizing and understanding convolutional networks" (2014),
    section 2.1: the way back through a convolution is its transpose, through max pooling to where
    the maximum was (the switches), through a ReLU another ReLU. The first two are what a gradient
    does; so this is a backward pass in which ReLU differs.

    Args:
        model: any network of convolutions, max pooling and `nn.ReLU` modules.
        layer: where to start; its output is (N, K, h, w).
        x: images (N, channels, H, W).
        channel: which of the K.

    Returns:
        (N, channels, H, W); zero outside the unit's receptive field.

    Raises:
        BadInput: no such layer or channel, or no ReLU modules.
    """
    model = with_rectified_signal(model).eval()
    x = x.detach().requires_grad_()
    with torch.enable_grad():
        maps = output_of(model, layer, x)  # (N, K, h, w)
    check_channels([channel], maps, layer)
    strongest = maps[:, channel].amax(dim=(1, 2))  # (N,)
    # the signal starts as the activation itself, not as 1
    (signal,) = torch.autograd.grad(strongest, x, grad_outputs=strongest.detach())
    return signal  # (N, channels, H, W)

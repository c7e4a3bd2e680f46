"""Saliency: which pixels a class score would notice first."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def saliency(model: nn.Module, x: Tensor, class_index: int) -> Tensor:
    """The size of the gradient of a class score by each pixel, `max_c |dS / dx_c|`.

    K. Simonyan, A. Vedaldi and A. Zisserman, "Deep inside convolutional networks" (2014),
    section 3.1.

    Args:
        model: images to logits (N, C).
        x: images (N, channels, H, W).
        class_index: the class.

    Returns:
        (N, H, W), not negative.
    """
    x = x.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(model(x)[:, class_index].sum(), x)  # (N, channels, H, W)
    return gradient.abs().amax(dim=1)  # (N, H, W)

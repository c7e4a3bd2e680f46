"""Grad-CAM: where in the image a class was found."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lightning_modules.visualisation.recording import recording


def grad_cam(model: nn.Module, layer: str, x: Tensor, class_index: int) -> Tensor:
    """A map of the evidence for a class, from the feature maps A of one layer.

    Each map counts by how much the class score S depends on it,
    `alpha_k = mean_ij dS / dA_kij`, and what remains above zero is shown,
    `relu(sum_k alpha_k A_k)`: R. Selvaraju et al., "Grad-CAM" (2017), equations 1 and 2.

    Args:
        model: images to logits (N, C).
        layer: a convolutional layer; the last one knows most about classes.
        x: images (N, channels, H, W).
        class_index: the class.

    Returns:
        (N, H, W), each map from 0 to 1; all 0 where nothing speaks for the class.
    """
    with torch.enable_grad(), recording(model, layer) as kept:
        score = model(x.detach().requires_grad_())[:, class_index].sum()
    maps = kept[layer]  # (N, K, h, w)
    (gradient,) = torch.autograd.grad(score, maps)
    alpha = gradient.mean(dim=(2, 3), keepdim=True)  # (N, K, 1, 1)
    evidence = (alpha * maps).sum(dim=1, keepdim=True).relu().detach()  # (N, 1, h, w)
    evidence = F.interpolate(evidence, x.shape[2:], mode="bilinear")[:, 0]  # (N, H, W)
    return evidence / evidence.amax(dim=(1, 2), keepdim=True).clamp(min=1e-12)

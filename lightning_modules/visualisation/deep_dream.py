"""Deep dream: an image changed until a layer sees more of what it saw in it."""

from __future__ import annotations

import torch
from rich.progress import track
from torch import Tensor, nn
from torch.nn import functional as F

from lightning_modules.visualisation.recording import check_channels, output_of


def deep_dream(
    model: nn.Module,
    layer: str,
    x: Tensor,
    channel: int | None = None,
    octaves: int = 4,
    octave_scale: float = 1.4,
    steps: int = 20,
    step_size: float = 0.05,
    seed: int = 0,
) -> Tensor:
    """Climbs the gradient of a layer's activation, from a small copy of the image to the whole.

    A. Mordvintsev, C. Olah and M. Tyka, "Inceptionism" (2015). Each octave dreams at its own size;
    what it added is enlarged and handed to the next, so patterns of all sizes appear. The image is
    shifted at random before each step, so that no border of the network's strides shows.

    Args:
        model: whatever comes before `layer` takes images of any size.
        layer: whose mean squared activation grows.
        x: an image (1, C, H, W), normalised.
        channel: of the layer; all where none is given.
        octaves: how many sizes.
        octave_scale: ratio of one size to the next.
        steps: of each octave.
        step_size: mean change of a value in a step.
        seed: of the shifts.

    Returns:
        (1, C, H, W), its values in the range of x.

    Raises:
        BadInput: no such layer or channel.
    """
    generator = torch.Generator().manual_seed(seed)
    height, width = x.shape[2:]
    low, high = x.amin(dim=(2, 3), keepdim=True), x.amax(dim=(2, 3), keepdim=True)
    sizes = [
        (round(height / octave_scale**k), round(width / octave_scale**k)) for k in range(octaves)
    ]
    dreamt = torch.zeros_like(x[..., :1, :1])  # what was added to the image so far
    for size in track(sizes[::-1], f"dreaming of {layer}"):
        base = F.interpolate(x, size, mode="bilinear", antialias=True)
        dreamt = F.interpolate(dreamt, size, mode="bilinear")
        for _ in range(steps):
            shift = torch.randint(-16, 17, (2,), generator=generator).tolist()
            image = torch.roll(base + dreamt, shift, dims=(2, 3))
            gradient = torch.roll(
                _gradient(model, layer, image, channel), [-s for s in shift], dims=(2, 3)
            )
            dreamt = dreamt + step_size * gradient / gradient.abs().mean().clamp(min=1e-12)
            dreamt = (base + dreamt).clamp(low, high) - base
    return base + dreamt


def _gradient(model: nn.Module, layer: str, image: Tensor, channel: int | None) -> Tensor:
    image = image.detach().requires_grad_()
    with torch.enable_grad():
        activation = output_of(model, layer, image)
    if channel is not None:
        check_channels([channel], activation, layer)
        activation = activation[:, channel]
    (gradient,) = torch.autograd.grad(activation.square().mean(), image)
    return gradient

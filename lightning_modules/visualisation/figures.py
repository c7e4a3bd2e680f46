"""Each figure of lesson 9: from a network and an image to titled panels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from lightning_modules.errors import BadInput
from lightning_modules.visualisation.deconvolution import deconvolve
from lightning_modules.visualisation.deep_dream import deep_dream
from lightning_modules.visualisation.grad_cam import grad_cam
from lightning_modules.visualisation.panels import Panel, centre, grid, overlay, stretch
from lightning_modules.visualisation.patches import top_patches
from lightning_modules.visualisation.recording import (
    check_channels,
    find_layer,
    output_of,
    recording,
)
from lightning_modules.visualisation.saliency import saliency
from lightning_modules.visualisation.subjects import Subject

Drawn = tuple[list[Panel], int, float]  # panels, how many in a row, inches of each

TILES = 16  # feature maps of a layer
UNITS = 6  # channels of which patches are shown
TOP = 9  # patches of a channel


@dataclass(frozen=True)
class Options:
    """What a figure can be told: `None` leaves the choice to it."""

    image: str
    layer: str | None = None
    channels: list[int] | None = None
    classes: list[str] | None = None
    seed: int = 0


def filters(subject: Subject, options: Options) -> Drawn:
    """The weights of the first convolution."""
    layer = cast(nn.Conv2d, find_layer(subject.model, subject.first_layer))
    weights = layer.weight.detach()  # (F, C, k, k)
    tiles = [_enlarge(centre(_last_axis(weight)), 12) for weight in weights]
    columns = 16 if len(tiles) > 16 else len(tiles)
    title = f"{len(tiles)} filters of {layer.kernel_size[0]} by {layer.kernel_size[1]}"
    return [(title, grid(tiles, columns, gap=4))], 1, 7.0


def activations(subject: Subject, options: Options) -> Drawn:
    """The image, and of each layer the feature maps that answer most."""
    x = subject.image(options.image)
    layers = (options.layer,) if options.layer else subject.layers
    with torch.inference_mode(), recording(subject.model, *layers) as kept:
        subject.model(x)
    panels: list[Panel] = [(_caption(options), subject.pixels(x)[0])]
    for layer in layers:
        maps = kept[layer][0]  # (K, h, w)
        order = options.channels or maps.mean(dim=(1, 2)).argsort(descending=True, stable=True)
        chosen = [int(channel) for channel in order][:TILES]
        check_channels(chosen, kept[layer], layer)
        tiles = [stretch(maps[channel].numpy()) for channel in chosen]
        panels.append((f"{layer}: {len(tiles)} of {len(maps)}", grid(tiles, 4)))
    return panels, 3, 3.0


def patches(subject: Subject, options: Options) -> Drawn:
    """The patches of a data set that excite some channels most, and what in them did."""
    layer = options.layer or subject.layers[-2]
    images = subject.images()
    channels = options.channels or _first_channels(subject, layer, images)
    panels: list[Panel] = []
    for channel, found in zip(
        channels, top_patches(subject.model, layer, channels, images, TOP), strict=True
    ):
        tiles = [subject.pixels(patch.pixels[None])[0] for patch in found]
        panels.append((f"{layer}, channel {channel}", grid(tiles, 3)))
        whole = images[[patch.image for patch in found]]  # (TOP, C, H, W)
        signal = deconvolve(subject.model, layer, whole, channel)
        cut = [
            _last_axis(signal[i, :, top:bottom, left:right])
            for i, (top, left, bottom, right) in enumerate(patch.box for patch in found)
        ]
        panels.append(("what excited it", grid([centre(tile, 99.5) for tile in cut], 3)))
    return panels, 4, 2.2


def deconvolution(subject: Subject, options: Options) -> Drawn:
    """What in one image made the strongest channel of each layer fire, beside the image there."""
    x = subject.image(options.image)
    pixels = subject.pixels(x)[0]
    panels: list[Panel] = [(_caption(options), pixels)]
    for layer in (options.layer,) if options.layer else subject.layers:
        with torch.inference_mode():
            maps = output_of(subject.model, layer, x)  # (1, K, h, w)
        highest = maps[0].amax(dim=(1, 2)).argsort(descending=True, stable=True)
        for channel in options.channels or highest[:1].tolist():
            signal = _last_axis(deconvolve(subject.model, layer, x, channel)[0])
            rows, columns = _around(signal)
            pair = [pixels[rows, columns], centre(signal[rows, columns], 99)]
            panels.append((f"{layer}, channel {channel}", grid(pair, 2)))
    return panels, 3, 3.0


def saliency_map(subject: Subject, options: Options) -> Drawn:
    """The pixels that a class score would notice first."""
    return _maps(
        subject, options, lambda x, y: stretch(saliency(subject.model, x, y)[0].numpy(), 99.5)
    )


def class_map(subject: Subject, options: Options) -> Drawn:
    """Where in the image a class was found."""
    layer = options.layer or subject.layers[-1]

    def coloured(x: Tensor, class_index: int) -> np.ndarray:
        heat = grad_cam(subject.model, layer, x, class_index)[0].numpy()
        return overlay(subject.pixels(x)[0], heat)

    return _maps(subject, options, coloured)


def _maps(subject: Subject, options: Options, draw: Callable[[Tensor, int], np.ndarray]) -> Drawn:
    x = subject.image(options.image)
    with torch.inference_mode():
        probabilities = subject.model(x).softmax(dim=1)[0]
    if options.classes is None:
        chosen = [int(probabilities.argmax())]
    else:
        chosen = [_class_index(subject.classes, name) for name in options.classes]
    panels: list[Panel] = [(_caption(options), subject.pixels(x)[0])]
    for class_index in chosen:
        title = f"{subject.classes[class_index]} ({100 * probabilities[class_index]:.0f} %)"
        panels.append((title, draw(x, class_index)))
    wide = x.shape[3] > 2 * x.shape[2]  # photographs side by side
    return panels, 1 if wide else 3, 5.0 if wide else 3.4


def dream(subject: Subject, options: Options) -> Drawn:
    """The image as a layer would like it."""
    x = subject.image(options.image)
    layer = options.layer or subject.layers[-2]
    channel = options.channels[0] if options.channels else None
    dreamt = deep_dream(subject.model, layer, x, channel, seed=options.seed)
    title = layer if channel is None else f"{layer}, channel {channel}"
    return [(_caption(options), subject.pixels(x)[0]), (title, subject.pixels(dreamt)[0])], 2, 4.0


FIGURES: dict[str, Callable[[Subject, Options], Drawn]] = {
    "filters": filters,
    "activations": activations,
    "patches": patches,
    "deconvolution": deconvolution,
    "saliency": saliency_map,
    "grad-cam": class_map,
    "dream": dream,
}


def _caption(options: Options) -> str:
    return f"test digit {options.image}" if options.image.isdigit() else options.image


def _class_index(classes: list[str], name: str) -> int:
    lower = [known.lower() for known in classes]
    if name.lower() not in lower:
        alike = [known for known in classes if name.lower() in known.lower()][:8]
        hint = f"did you mean {', '.join(alike)}?" if alike else f"as {', '.join(classes[:5])}"
        raise BadInput(f"no class '{name}'; {hint}")
    return lower.index(name.lower())


def _around(signal: np.ndarray, least: int = 16) -> tuple[slice, slice]:
    """Rows and columns of what is not zero, at least 16 of each where the image has as many."""
    reached = np.abs(signal).reshape(*signal.shape[:2], -1).max(axis=2) > 0  # (H, W)
    slices = []
    for axis, length in enumerate(reached.shape):
        places = np.flatnonzero(reached.any(axis=1 - axis))
        first, last = (places[0], places[-1] + 1) if len(places) else (0, length)
        extent = min(length, max(least, last - first))
        start = min(max(0, (first + last - extent) // 2), length - extent)
        slices.append(slice(start, start + extent))
    return slices[0], slices[1]


def _first_channels(subject: Subject, layer: str, images: Tensor) -> list[int]:
    with torch.inference_mode():
        return list(range(min(UNITS, output_of(subject.model, layer, images[:1]).shape[1])))


def _last_axis(image: Tensor) -> np.ndarray:
    """(C, H, W) to (H, W, C), or to (H, W) where there is one channel."""
    return image.permute(1, 2, 0).squeeze(2).numpy()


def _enlarge(image: np.ndarray, times: int) -> np.ndarray:
    return image.repeat(times, axis=0).repeat(times, axis=1)

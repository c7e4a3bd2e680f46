"""The pieces of a data set's images that excite a unit most."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from rich.progress import track
from torch import Tensor, nn

from lightning_modules.errors import BadInput
from lightning_modules.visualisation.recording import (
    check_channels,
    find_layer,
    output_of,
    receptive_field,
)


@dataclass(frozen=True)
class Patch:
    """What one unit saw.

    Args:
        image: index in the data set.
        activation: of the unit.
        box: top, left, bottom and right (exclusive), in pixels.
        pixels: (channels, bottom - top, right - left).
    """

    image: int
    activation: float
    box: tuple[int, int, int, int]
    pixels: Tensor


@torch.inference_mode()
def strongest(
    model: nn.Module, layer: str, images: Tensor, batch_size: int = 100
) -> tuple[Tensor, Tensor]:
    """Of every channel of `layer` the highest activation in each image (N, K), and its place
    (N, K) in the flattened map."""
    values, places = [], []
    for batch in track(images.split(batch_size), f"{layer} of {len(images)} images"):
        value, place = output_of(model, layer, batch).flatten(2).max(dim=2)  # each (n, K)
        values.append(value)
        places.append(place)
    return torch.cat(values), torch.cat(places)


def top_patches(
    model: nn.Module, layer: str, channels: list[int], images: Tensor, count: int = 9
) -> list[list[Patch]]:
    """For each of `channels` the `count` patches that excite it most, each from another image.

    As in figure 2 of Zeiler and Fergus (2014): a patch is what the unit's receptive field covers.

    Args:
        model: with a `features` part that is a sequence, and `layer` one of its places.
        layer: as `features.6`.
        channels: of that layer.
        images: (N, C, H, W), all of one size.
        count: patches a channel.

    Raises:
        BadInput: no such layer or channel, or one that is not a place of `features`.
    """
    find_layer(model, layer)
    sequence, _, index = layer.rpartition(".")
    features = find_layer(model, sequence) if sequence else model
    if not index.isdigit() or not isinstance(features, nn.Sequential):
        raise BadInput(f"layer '{layer}': patches need a place in a sequence, as features.6")
    field = receptive_field(features[: int(index) + 1])
    with torch.inference_mode():
        maps = output_of(model, layer, images[:1])  # (1, K, h, w)
    check_channels(channels, maps, layer)
    columns = maps.shape[3]
    values, places = strongest(model, layer, images)
    found = []
    for channel in channels:
        patches = []
        # stable: equal activations come in the order of the data set
        for image in values[:, channel].argsort(descending=True, stable=True)[:count].tolist():
            row, column = divmod(int(places[image, channel]), columns)
            box = field.box(row, column, *images.shape[2:])
            top, left, bottom, right = box
            pixels = images[image, :, top:bottom, left:right]
            patches.append(Patch(image, float(values[image, channel]), box, pixels))
        found.append(patches)
    return found

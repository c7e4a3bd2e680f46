"""Augmentation of training images: whole batches at once, on their device, labels unchanged.

For each method a function of images (N, C, H, W) and of what happens to each, and a class that
draws it, for a config: `augment: [{class_path: lightning_modules.datamodules.augmentation.Flip}]`.

Images are normalised, so the value 0 is the training set's mean colour. What comes in from beyond
the border is the picture's mirror image ("reflect"), its outermost pixels ("edge") or 0 ("zero").
"""

from __future__ import annotations

from typing import Literal, get_args

import torch
from torch import Tensor
from torch.nn import functional as F

from lightning_modules.datamodules.batch_transform import BatchRng, BatchTransform
from lightning_modules.datamodules.trees import Tree
from lightning_modules.errors import BadInput

Border = Literal["reflect", "edge", "zero"]
_GRID_SAMPLE = {"reflect": "reflection", "edge": "border", "zero": "zeros"}


def flip(images: Tensor, chosen: Tensor) -> Tensor:
    """Mirrors left and right the images that are `chosen` (N,), a boolean."""
    return torch.where(chosen.view(-1, 1, 1, 1), images.flip(3), images)


def translate(images: Tensor, down: Tensor, right: Tensor, border: Border = "reflect") -> Tensor:
    """Shifts image n by `down[n]` and `right[n]` whole pixels (N,), each less than a side."""
    num_images, _, height, width = images.shape
    rows = torch.arange(height, device=images.device) - down.view(-1, 1)  # (N, H), taken from where
    columns = torch.arange(width, device=images.device) - right.view(-1, 1)  # (N, W)
    which = torch.arange(num_images, device=images.device).view(-1, 1, 1)
    y, x = _inside(rows, height, border), _inside(columns, width, border)
    shifted = images.permute(0, 2, 3, 1)[which, y.unsqueeze(2), x.unsqueeze(1)]  # (N, H, W, C)
    if border == "zero":
        seen = (rows == y).unsqueeze(2) & (columns == x).unsqueeze(1)  # (N, H, W)
        shifted = shifted * seen.unsqueeze(3)
    return shifted.permute(0, 3, 1, 2).contiguous(memory_format=_memory_format(images))


def rotate_and_zoom(
    images: Tensor, degrees: Tensor, zoom: Tensor, border: Border = "reflect"
) -> Tensor:
    """Turns image n by `degrees[n]`, counter-clockwise, and enlarges it `zoom[n]` times, each (N,).

    The centre stays where it is; pixels are interpolated bilinearly.
    """
    height, width = images.shape[2:]
    angle = torch.deg2rad(degrees)
    cos, sin = angle.cos() / zoom, angle.sin() / zoom
    zero = torch.zeros_like(cos)
    # where a pixel comes from; coordinates run from -1 to 1 over each side, whatever its length
    across = torch.stack([cos, -sin * height / width, zero], dim=1)  # (N, 3)
    along = torch.stack([sin * width / height, cos, zero], dim=1)
    theta = torch.stack([across, along], dim=1).to(images.dtype)  # (N, 2, 3)
    grid = F.affine_grid(theta, list(images.shape), align_corners=False)  # (N, H, W, 2)
    moved = F.grid_sample(images, grid, padding_mode=_GRID_SAMPLE[border], align_corners=False)
    return moved.contiguous(memory_format=_memory_format(images))


def colour(images: Tensor, brightness: Tensor, contrast: Tensor, saturation: Tensor) -> Tensor:
    """Changes the colours of image n by `brightness[n]`, `contrast[n]`, `saturation[n]`, each (N,).

    Saturation stretches a pixel's channels about their mean, contrast the whole image about its
    mean, both by a factor that is 1 for no change; brightness is added, in standard deviations.
    """
    brightness, contrast, saturation = (
        factor.view(-1, 1, 1, 1).to(images.dtype) for factor in (brightness, contrast, saturation)
    )
    grey = images.mean(dim=1, keepdim=True)  # (N, 1, H, W)
    images = torch.lerp(grey, images, saturation)
    mean = images.mean(dim=(1, 2, 3), keepdim=True)  # (N, 1, 1, 1)
    return torch.lerp(mean, images, contrast) + brightness


def cutout(images: Tensor, row: Tensor, column: Tensor, size: int) -> Tensor:
    """Sets a square of `size` pixels about `row[n]`, `column[n]` (N,) to 0, as far as it is inside.

    DeVries and Taylor 2017, section 3.2.
    """
    height, width = images.shape[2:]
    top, left = row.view(-1, 1) - size // 2, column.view(-1, 1) - size // 2
    y, x = (torch.arange(side, device=images.device) for side in (height, width))
    in_rows = (y >= top) & (y < top + size)  # (N, H)
    in_columns = (x >= left) & (x < left + size)  # (N, W)
    hole = in_rows.unsqueeze(2) & in_columns.unsqueeze(1)  # (N, H, W)
    return torch.where(hole.unsqueeze(1), 0.0, images)


def _inside(index: Tensor, side: int, border: Border) -> Tensor:
    """Indices from beyond the border as indices of the pixels that stand in for those."""
    if border == "reflect":  # about the outermost pixel's centre, as torch's reflection padding
        return (side - 1) - (side - 1 - index.abs()).abs()
    return index.clamp(0, side - 1)


def _memory_format(images: Tensor) -> torch.memory_format:
    if images.is_contiguous():
        return torch.contiguous_format
    return torch.channels_last


class ImageTransform(BatchTransform):
    """Changes images and leaves the targets as they are; a subclass says how."""

    def __call__(self, inputs: Tree, targets: Tree, rng: BatchRng) -> tuple[Tensor, Tree]:
        if not isinstance(inputs, Tensor) or inputs.ndim != 4:
            raise BadInput(f"data.augment: {type(self).__name__} takes images (N, C, H, W) alone")
        return self.change(inputs, rng), targets

    def change(self, images: Tensor, rng: BatchRng) -> Tensor:
        """Images (N, C, H, W) to images of the same shape."""
        raise NotImplementedError


class Flip(ImageTransform):
    """Mirrors an image left and right with probability `p`: for photographs, not for digits."""

    def __init__(self, p: float = 0.5) -> None:
        self.p = _checked("p", p, 0.0, 1.0)

    def change(self, images: Tensor, rng: BatchRng) -> Tensor:
        return flip(images, rng.uniform() < self.p)


class AlternatingFlip(ImageTransform):
    """Mirrors half of the images in one epoch and the other half in the next.

    In any two epochs an image is then seen both ways, where `Flip` shows half of them the same way
    twice: K. Jordan, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU" (2024), section 3.6.
    """

    def change(self, images: Tensor, rng: BatchRng) -> Tensor:
        return flip(images, rng.alternating())


class Translate(ImageTransform):
    """Shifts an image by up to `pixels` in each direction: pad and crop."""

    def __init__(self, pixels: int = 4, border: Border = "reflect") -> None:
        self.pixels = int(_checked("pixels", pixels, 0, None))
        self.border = _checked_border(border)

    def change(self, images: Tensor, rng: BatchRng) -> Tensor:
        if self.pixels >= min(images.shape[2:]):
            raise BadInput(f"data.augment: Translate by {self.pixels} pixels leaves the image")
        offsets = rng.integers(-self.pixels, self.pixels, shape=(2,))  # (N, 2)
        return translate(images, offsets[:, 0], offsets[:, 1], self.border)


class Rotate(ImageTransform):
    """Turns an image by up to `degrees` either way."""

    def __init__(self, degrees: float = 15.0, border: Border = "reflect") -> None:
        self.degrees = _checked("degrees", degrees, 0.0, 180.0)
        self.border = _checked_border(border)

    def change(self, images: Tensor, rng: BatchRng) -> Tensor:
        degrees = rng.uniform(-self.degrees, self.degrees)  # (N,)
        return rotate_and_zoom(images, degrees, torch.ones_like(degrees), self.border)


class Zoom(ImageTransform):
    """Enlarges an image by a factor from `low` to `high`; below 1 it shrinks."""

    def __init__(self, low: float = 0.9, high: float = 1.1, border: Border = "reflect") -> None:
        self.low = _checked("low", low, 0.1, None)
        self.high = _checked("high", high, low, None)
        self.border = _checked_border(border)

    def change(self, images: Tensor, rng: BatchRng) -> Tensor:
        zoom = rng.uniform(self.low, self.high)  # (N,)
        return rotate_and_zoom(images, torch.zeros_like(zoom), zoom, self.border)


class Colour(ImageTransform):
    """Changes brightness by up to that many standard deviations, the others by up to that share."""

    def __init__(
        self, brightness: float = 0.2, contrast: float = 0.2, saturation: float = 0.2
    ) -> None:
        self.brightness = _checked("brightness", brightness, 0.0, None)
        self.contrast = _checked("contrast", contrast, 0.0, 1.0)
        self.saturation = _checked("saturation", saturation, 0.0, 1.0)

    def change(self, images: Tensor, rng: BatchRng) -> Tensor:
        return colour(
            images,
            rng.uniform(-self.brightness, self.brightness),
            rng.uniform(1 - self.contrast, 1 + self.contrast),
            rng.uniform(1 - self.saturation, 1 + self.saturation),
        )


class Cutout(ImageTransform):
    """Hides a square of `size` pixels whose centre may be any pixel."""

    def __init__(self, size: int = 8) -> None:
        self.size = int(_checked("size", size, 1, None))

    def change(self, images: Tensor, rng: BatchRng) -> Tensor:
        height, width = images.shape[2:]
        row, column = rng.integers(0, height - 1), rng.integers(0, width - 1)
        return cutout(images, row, column, self.size)


def _checked(name: str, value: float, low: float, high: float | None) -> float:
    if value < low or (high is not None and value > high):
        allowed = f"at least {low:g}" if high is None else f"from {low:g} to {high:g}"
        raise BadInput(f"data.augment: {name} is {value}; it must be {allowed}")
    return value


def _checked_border(border: Border) -> Border:
    if border not in get_args(Border):
        raise BadInput(f"data.augment: border is {border}; it must be one of {get_args(Border)}")
    return border

"""Photographs in and out of a network: from a name or a file to a normalised tensor, and back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image, UnidentifiedImageError
from torch import Tensor
from torch.nn import functional as F

from lightning_modules.datamodules.store import load
from lightning_modules.errors import BadInput
from lightning_modules.transfer.pixels import MEAN, STD


def photographs(names: str, size: int = 224) -> Tensor:
    """Photographs side by side, as `chelsea+coffee`, normalised (see `normalise`)."""
    return torch.cat([normalise(open_photograph(name), size) for name in names.split("+")], dim=3)


def open_photograph(name: str) -> Tensor:
    """A photograph that ships with the course, or any image file, as bytes (H, W, 3).

    Raises:
        BadInput: it is neither.
    """
    shipped = load("photographs")
    if name in shipped:
        return torch.from_numpy(shipped[name])
    try:
        with Image.open(Path(name)) as image:
            return torch.from_numpy(np.array(image.convert("RGB")))
    except (OSError, UnidentifiedImageError) as error:
        reason = getattr(error, "strerror", None) or "not an image file"
        raise BadInput(f"{name}: {reason}; give an image, or {', '.join(shipped)}") from error


def normalise(photograph: Tensor, size: int = 224) -> Tensor:
    """Bytes (H, W, 3) to (1, 3, h, w) as networks trained on ImageNet expect it.

    The shorter side becomes `size` pixels long; nothing is cut off.
    """
    x = photograph.permute(2, 0, 1)[None].float() / 255  # (1, 3, H, W)
    height, width = x.shape[2:]
    scale = size / min(height, width)
    shape = (round(height * scale), round(width * scale))
    x = F.interpolate(x, shape, mode="bilinear", antialias=True).clamp(0, 1)  # (1, 3, h, w)
    return (x - _column(MEAN)) / _column(STD)


def to_pixels(x: Tensor) -> np.ndarray:
    """Images (N, 3, H, W) normalised as above, back to (N, H, W, 3) from 0 to 1."""
    scaled = (x.detach().cpu() * _column(STD) + _column(MEAN)).clamp(0, 1)
    return scaled.permute(0, 2, 3, 1).numpy()  # (N, H, W, 3)


def _column(values: tuple[float, ...]) -> Tensor:
    return torch.tensor(values).view(1, -1, 1, 1)

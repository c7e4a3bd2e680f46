"""Draws panels with titles, grids of tiles, heat over an image: to a PNG, and to W&B."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib import colormaps
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from lightning_modules.errors import BadInput
from lightning_modules.logging.wandb_logger import finish_wandb
from lightning_modules.logging.wandb_settings import prepare_folders, wandb_mode, wandb_place

Panel = tuple[str, np.ndarray]  # a title, and an image (H, W) or (H, W, 3) from 0 to 1


def stretch(image: np.ndarray, percentile: float = 100.0) -> np.ndarray:
    """The values' own range on 0 to 1; a `percentile` below 100 lets extremes saturate."""
    low, high = np.percentile(image, [100 - percentile, percentile])
    return ((image - low) / max(high - low, 1e-12)).clip(0, 1)


def centre(image: np.ndarray, percentile: float = 100.0) -> np.ndarray:
    """Signed values to 0 to 1, with 0 in the middle: grey is nothing. What is larger than
    `percentile` of all that is not 0 saturates."""
    sizes = np.abs(image[image != 0])
    largest = np.percentile(sizes, percentile) if sizes.size else 1.0
    return (image / max(2 * largest, 1e-12) + 0.5).clip(0, 1)


def overlay(image: np.ndarray, heat: np.ndarray) -> np.ndarray:
    """An image (H, W) or (H, W, 3) under a map (H, W) from 0 to 1, coloured, half transparent."""
    image = image if image.ndim == 3 else image[..., None]
    coloured = colormaps["inferno"](heat)[..., :3]  # (H, W, 3)
    opacity = 0.25 + 0.5 * heat[..., None]  # (H, W, 1)
    return (1 - opacity) * image + opacity * coloured


def grid(tiles: Sequence[np.ndarray], columns: int, gap: int = 1) -> np.ndarray:
    """Tiles (h, w) or (h, w, 3), which may differ in size, row by row on white."""
    height, width = (max(tile.shape[axis] for tile in tiles) + gap for axis in (0, 1))
    rows = math.ceil(len(tiles) / columns)
    sheet = np.ones((rows * height + gap, columns * width + gap, *tiles[0].shape[2:]))
    for place, tile in enumerate(tiles):
        top, left = (
            gap + index * step
            for index, step in zip(divmod(place, columns), (height, width), strict=True)
        )
        sheet[top : top + tile.shape[0], left : left + tile.shape[1]] = tile
    return sheet


def save(panels: Sequence[Panel], path: Path, columns: int = 4, width: float = 2.4) -> None:
    """Draws titled panels, `columns` in a row, each `width` inches wide.

    Raises:
        BadInput: the file cannot be written.
    """
    columns = min(columns, len(panels))
    rows = math.ceil(len(panels) / columns)
    shapes = [image.shape[:2] for _, image in panels]
    height = width * max(shape[0] / shape[1] for shape in shapes) + 0.25
    figure = Figure(figsize=(columns * width, rows * height), dpi=110, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    for place, (title, image) in enumerate(panels):
        axes = figure.add_subplot(rows, columns, place + 1)
        axes.imshow(image, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        axes.set_title(title, fontsize="small")
        axes.axis("off")
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[..., :3]  # (height, width, 3), bytes
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # a palette of 256 colours makes a photograph a third of the size
        Image.fromarray(pixels).quantize(256).save(path, optimize=True)
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}; give another --out") from error


def send(path: Path, name: str) -> None:
    """Logs a picture to W&B, online or offline as runs are."""
    import wandb

    prepare_folders(path.parent)
    wandb.init(
        **wandb_place().options(),
        name=os.environ.get("WANDB_NAME") or name,
        dir=path.parent,
        mode=wandb_mode(),  # type: ignore[arg-type]
    )
    wandb.log({name: wandb.Image(str(path))})
    finish_wandb()

"""Scenes with what was found in them: masks over images, boxes with classes and scores."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import TABLEAU_COLORS, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from torch import Tensor

# of classes 0 to 9, (10, 3); peach for the seventh, which is grey there as images are
COLOURS = np.array([to_rgb(c) for c in {**TABLEAU_COLORS, "tab:gray": "#ffd0a8"}.values()])
_SIDE = 1.7  # of one scene, in inches


def paint_mask(image: Tensor, mask: Tensor) -> np.ndarray:
    """A grey image (H, W) from 0 to 1 in colour (H, W, 3), each class in its own.

    Args:
        image: (H, W).
        mask: (H, W), integers: 0 leaves the pixel grey, 1 + c gives it the colour of class c.
    """
    grey = image[:, :, None].expand(-1, -1, 3).numpy()  # (H, W, 3)
    labels = mask.numpy().astype(int)
    coloured = COLOURS[(labels - 1) % len(COLOURS)]
    return np.where(labels[:, :, None] > 0, coloured, 0.6 * grey)


def draw_masks(images: Tensor, truth: Tensor, predicted: Tensor) -> Figure:
    """One column a scene: the image, its true masks, the predicted ones.

    Args:
        images: (N, 1, H, W), from 0 to 1.
        truth: (N, H, W), 0 for the background and 1 + c for class c.
        predicted: (N, H, W), the same.
    """
    figure, axes = _grid(("image", "truth", "predicted"), len(images))
    for column in range(len(images)):
        image = images[column, 0]
        axes[0, column].imshow(image.numpy(), cmap="gray", vmin=0, vmax=1)
        axes[1, column].imshow(paint_mask(image, truth[column]))
        axes[2, column].imshow(paint_mask(image, predicted[column]))
    handles = [Patch(color=colour, label=str(c)) for c, colour in enumerate(COLOURS)]
    figure.legend(
        handles=handles, ncols=10, loc="outside lower center", frameon=False, handlelength=1
    )
    return figure


def draw_boxes(
    images: Tensor, truth: Sequence[dict[str, Tensor]], found: Sequence[dict[str, Tensor]]
) -> Figure:
    """One column a scene: above its true boxes, below those found with their scores in per cent.

    Args:
        images: (N, 1, H, W), from 0 to 1.
        truth: for each image `boxes` (K, 4), x1, y1, x2, y2 in pixels, and `labels` (K,).
        found: the same, and `scores` (K,).
    """
    figure, axes = _grid(("truth", "found"), len(images))
    for column in range(len(images)):
        for row, objects in enumerate((truth[column], found[column])):
            axes[row, column].imshow(images[column, 0].numpy(), cmap="gray", vmin=0, vmax=1)
            _add_boxes(axes[row, column], objects)
    return figure


def _add_boxes(ax: Axes, objects: dict[str, Tensor]) -> None:
    scores = objects.get("scores")
    for i, ((x1, y1, x2, y2), label) in enumerate(
        zip(objects["boxes"].tolist(), objects["labels"].tolist(), strict=True)
    ):
        colour = COLOURS[label % len(COLOURS)]
        # pixel (0, 0) of an image fills -0.5 to 0.5
        corner = x1 - 0.5, y1 - 0.5
        ax.add_patch(Rectangle(corner, x2 - x1, y2 - y1, fill=False, edgecolor=colour, lw=1.2))
        text = str(label) if scores is None else f"{label} {100 * scores[i].item():.0f}"
        ax.text(
            max(0.0, corner[0]),
            max(4.0, corner[1]),
            text,
            fontsize=7,
            va="bottom",
            bbox={"facecolor": colour, "edgecolor": "none", "pad": 0.6},
        )


def _grid(rows: Sequence[str], columns: int) -> tuple[Figure, np.ndarray]:
    size = (_SIDE * columns + 0.3, _SIDE * len(rows) + 0.3)
    figure = Figure(figsize=size, layout="constrained", dpi=100)
    axes = figure.subplots(len(rows), columns, squeeze=False)
    for ax in axes.flat:
        ax.set(xticks=[], yticks=[])
    for ax, name in zip(axes[:, 0], rows, strict=True):
        ax.set_ylabel(name)
    return figure, axes

"""Scenes: several real digits on one canvas, with the class of every pixel and a box around each.

They bring dense prediction within reach of two CPU cores: digits overlap, differ in size and
brightness, and lie among fragments of other digits that belong to no class.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

import torch
from rich.progress import track
from torch import Tensor
from torch.nn import functional as F

CHUNK = 250  # scenes drawn at once: bounds the memory
CANDIDATES = 20  # places tried for a digit before it is left out
FRAGMENT = 9  # side of a piece of clutter, in pixels
INK = 0.5  # a pixel at least so dark belongs to the digit
NO_OBJECT = -1


class Scenes(NamedTuple):
    """S scenes of side L with up to K digits each."""

    images: Tensor
    """(S, 1, L, L), bytes."""
    masks: Tensor
    """(S, L, L), bytes: 0 for the background, 1 + c for a digit c, the uppermost where they
    overlap."""
    boxes: Tensor
    """(S, K, 4): x1, y1, x2, y2 in pixels around a digit's ink, the covered part included; pixel
    (i, j) fills [j, j + 1) x [i, i + 1). Zeros where there is no digit."""
    labels: Tensor
    """(S, K): classes, NO_OBJECT where a scene has fewer digits than K."""


def ink_boxes(ink: Tensor) -> Tensor:
    """The tightest boxes around what is true.

    Args:
        ink: (..., H, W), of bool.

    Returns:
        (..., 4): x1, y1, x2, y2 in pixels; zeros where nothing is true.
    """
    sides = []
    for dim in (-2, -1):
        occupied = ink.any(dim=dim)  # (..., W), then (..., H)
        places = torch.arange(occupied.shape[-1], device=ink.device)
        first = torch.where(occupied, places, occupied.shape[-1]).amin(dim=-1)
        last = torch.where(occupied, places + 1, 0).amax(dim=-1)
        sides.append((first.minimum(last), last))
    (x1, x2), (y1, y2) = sides
    return torch.stack([x1, y1, x2, y2], dim=-1).float()  # (..., 4)


def covered_share(a: Tensor, b: Tensor) -> Tensor:
    """How much of the smaller of two boxes lies in the other, for boxes (..., 4) that broadcast."""
    corners = torch.minimum(a[..., 2:], b[..., 2:]) - torch.maximum(a[..., :2], b[..., :2])
    shared = corners.clamp(min=0).prod(dim=-1)
    areas = [(box[..., 2:] - box[..., :2]).prod(dim=-1) for box in (a, b)]
    return shared / torch.minimum(*areas).clamp(min=1)


def place(sizes: Tensor, side: int, max_overlap: float, generator: torch.Generator) -> Tensor:
    """Finds a place for each digit in turn, among those already there.

    Args:
        sizes: (S, K, 2), width and height of the boxes, none above `side`.
        side: of the canvas.
        max_overlap: the largest `covered_share` of two boxes.
        generator: draws the places.

    Returns:
        Boxes (S, K, 4); zeros for a digit that fitted into none of its candidates.
    """
    num_scenes, num_digits = sizes.shape[:2]
    boxes = torch.zeros(num_scenes, num_digits, 4)
    for k in range(num_digits):
        size = sizes[:, k, None]  # (S, 1, 2)
        corner = torch.rand(num_scenes, CANDIDATES, 2, generator=generator) * (side - size)
        candidates = torch.cat([corner, corner + size], dim=-1)  # (S, CANDIDATES, 4)
        overlaps = covered_share(candidates[:, :, None], boxes[:, None, :k])  # (S, CANDIDATES, k)
        fits = (overlaps <= max_overlap).all(dim=-1)  # (S, CANDIDATES)
        first = candidates[torch.arange(num_scenes), fits.int().argmax(dim=1)]  # (S, 4)
        boxes[:, k] = torch.where(fits.any(dim=1, keepdim=True), first, 0)
    return boxes


def magnify(digits: Tensor, scales: Tensor, offsets: Tensor, side: int) -> Tensor:
    """Draws each digit `scales` times as large, its corner at `offsets`.

    Args:
        digits: (N, H, W).
        scales: (N, 1).
        offsets: (N, 2), x and y in pixels.
        side: of the square to draw in, from (0, 0).

    Returns:
        (N, side, side).
    """
    extent = scales * torch.tensor(digits.shape[:0:-1])  # (N, 2), width and height
    # `affine_grid` counts from -1 to 1, in the square as in the digit
    matrices = torch.zeros(len(digits), 2, 3)
    matrices[:, 0, 0], matrices[:, 1, 1] = (side / extent).unbind(dim=1)
    matrices[:, :, 2] = (side - 2 * offsets) / extent - 1
    grid = F.affine_grid(matrices, [len(digits), 1, side, side], align_corners=False)
    return F.grid_sample(digits[:, None], grid, align_corners=False)[:, 0]


def windows(corners: Tensor, side: int) -> tuple[Tensor, Tensor, Tensor]:
    """An index for squares (N, side, side) of images (N, H, W), from corners x, y (N, 2)."""
    columns, rows = (corners[..., None] + torch.arange(side)).unbind(dim=1)  # (N, side)
    return torch.arange(len(corners))[:, None, None], rows[:, :, None], columns[:, None]


def scatter_clutter(digits: Tensor, canvas: Tensor, pieces: int, g: torch.Generator) -> None:
    """Lays pieces of digits (N, 28, 28) onto canvases (S, L, L), in place."""
    scenes, side = canvas.shape[:2]
    for _ in range(pieces):
        # from the middle of a digit, where there is ink
        source = torch.randint(6, digits.shape[1] - 6 - FRAGMENT + 1, (scenes, 2), generator=g)
        target = torch.randint(0, side - FRAGMENT + 1, (scenes, 2), generator=g)
        brightness = torch.empty(scenes, 1, 1).uniform_(0.5, 1, generator=g)
        which = torch.randint(len(digits), (scenes,), generator=g)
        fragment = digits[which][windows(source, FRAGMENT)] * brightness
        there = windows(target, FRAGMENT)
        canvas[there] = torch.maximum(canvas[there], fragment)


def draw_scenes(
    digits: Tensor,
    labels: Tensor,
    num_scenes: int,
    seed: int,
    *,
    side: int = 64,
    num_digits: tuple[int, int] = (3, 6),
    scales: tuple[float, float] = (0.8, 1.2),
    max_overlap: float = 0.15,
    clutter: int = 4,
    noise: float = 0.05,
    show_progress: bool = False,
) -> Scenes:
    """Draws scenes from digits, the same ones for the same arguments.

    Digits are painted one over the other, each with a brightness of its own from 0.5 to 1, over
    clutter; last comes Gaussian noise.

    Args:
        digits: (N, 28, 28), bytes.
        labels: (N,), their classes.
        num_scenes: S.
        seed: of all draws.
        side: L, of a scene in pixels.
        num_digits: fewest and most digits; one that finds no place is left out, never the first.
        scales: smallest and largest magnification of a digit.
        max_overlap: how much of the smaller of two boxes may lie in the other.
        clutter: pieces of digits, 9 pixels wide, that belong to the background.
        noise: standard deviation, on a scale where full ink is 1.
        show_progress: draws a bar.
    """
    g = torch.Generator().manual_seed(seed)
    ink = digits.float() / 255
    native = ink_boxes(ink >= INK)  # (N, 4)
    starts: Iterable[int] = range(0, num_scenes, CHUNK)
    if show_progress:
        starts = track(starts, "drawing scenes", transient=True)
    fewest, most = num_digits
    # a square holds the largest digit; a rim as wide takes what reaches over the scene's border
    square = math.ceil(digits.shape[1] * scales[1]) + 1
    scene = slice(square, square + side)
    parts = []
    for start in starts:
        n = min(CHUNK, num_scenes - start)
        which = torch.randint(len(digits), (n, most), generator=g)
        scale = torch.empty(n, most, 1).uniform_(*scales, generator=g)
        brightness = torch.empty(n, most, 1, 1).uniform_(0.5, 1, generator=g)
        count = torch.randint(fewest, most + 1, (n, 1), generator=g)
        sizes = (native[which, 2:] - native[which, :2]) * scale  # (n, K, 2)
        boxes = place(sizes, side, max_overlap, g)  # (n, K, 4)
        there = (boxes[..., 2] > 0) & (torch.arange(most) < count)  # (n, K)

        canvas = torch.zeros(n, side + 2 * square, side + 2 * square)
        masks = torch.zeros(canvas.shape, dtype=torch.uint8)
        scatter_clutter(ink, canvas[:, scene, scene], clutter, g)
        for k in range(most):
            at = there[:, k].nonzero()[:, 0]  # the m scenes that have a digit k
            if len(at) == 0:  # `affine_grid` takes no empty batch
                continue
            digit = which[at, k]
            corners = boxes[at, k, :2] - native[digit, :2] * scale[at, k]  # (m, 2), of its image
            whole = corners.floor()
            layer = magnify(ink[digit], scale[at, k], corners - whole, square)
            _, rows, columns = windows(whole.long() + square, square)
            area = at[:, None, None], rows, columns
            canvas[area] = canvas[area] * (1 - layer) + layer * brightness[at, k]
            value = (1 + labels[digit]).to(torch.uint8)[:, None, None]
            masks[area] = torch.where(layer >= INK, value, masks[area])
            boxes[at, k] = ink_boxes(layer >= INK) + whole.repeat(1, 2)
        noisy = canvas[:, scene, scene] + noise * torch.randn(n, side, side, generator=g)
        images = (noisy.clamp(0, 1) * 255).round().to(torch.uint8)[:, None]
        boxes = torch.where(there[..., None], boxes, 0)
        classes = torch.where(there, labels[which], NO_OBJECT)
        parts.append(Scenes(images, masks[:, scene, scene], boxes, classes))
    return Scenes(*(torch.cat(field) for field in zip(*parts, strict=True)))

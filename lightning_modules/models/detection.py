"""A single-shot detector: every cell of a coarse map scores the classes and proposes one box."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lightning_modules.models.segmentation import check_size, conv_block

PRIOR = 0.01  # probability of a class at a cell before training


class Detector(nn.Module):
    """Cells 4 pixels apart look at the image at two scales and need no anchors.

    After Z. Tian et al., "FCOS" (2019), with one output map and boxes as offset and size. The bias
    of the scores starts at a probability of 0.01, so that the many empty cells do not drown the
    first steps: T. Lin et al., "Focal Loss" (2017), section 4.1.

    Args:
        in_channels: C of the input images.
        num_classes: K, without a background.
        widths: channels at a half, a quarter and an eighth of the image's size.
    """

    stride = 4

    def __init__(
        self,
        in_channels: int = 1,
        num_classes: int = 10,
        widths: Sequence[int] = (16, 48, 64),
    ) -> None:
        super().__init__()
        half, quarter, eighth = widths
        self.stem = nn.Sequential(
            conv_block(in_channels, half, stride=2),
            conv_block(half, quarter, stride=2),
            conv_block(quarter, quarter),
        )
        self.context = nn.Sequential(
            conv_block(quarter, eighth, stride=2),
            conv_block(eighth, eighth),
            nn.Conv2d(eighth, quarter, 1),
        )
        self.head = nn.Sequential(conv_block(quarter, eighth), conv_block(eighth, eighth))
        self.scores = nn.Conv2d(eighth, num_classes, 1)
        nn.init.normal_(self.scores.weight, std=0.01)
        assert self.scores.bias is not None  # for the type checker
        nn.init.constant_(self.scores.bias, -math.log(1 / PRIOR - 1))
        self.boxes = nn.Conv2d(eighth, 4, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Images (N, C, H, W) to class logits (N, M, K), boxes (N, M, 4), x1, y1, x2, y2 in pixels,
        and cell centres (N, M, 2), for M = H W / 16 cells, row by row."""
        check_size(x, num_poolings=3)
        near = self.stem(x)  # (N, quarter, H / 4, W / 4)
        far = F.interpolate(self.context(near), scale_factor=2)  # (N, quarter, H / 4, W / 4)
        x = self.head(near + far)  # (N, eighth, H / 4, W / 4)
        cells = cell_centres(x.shape[2], x.shape[3], self.stride, x.device)  # (M, 2)
        precise = torch.promote_types(x.dtype, torch.float32)  # half precision is of whole pixels
        logits = self.scores(x).flatten(2).transpose(1, 2).to(precise)  # (N, M, K)
        offset, size = self.boxes(x).flatten(2).transpose(1, 2).to(precise).chunk(2, dim=2)
        centre = cells + self.stride * offset  # (N, M, 2)
        half = 2 * self.stride * size.clamp(max=4).exp()  # (N, M, 2); starts at boxes of 16 by 16
        boxes = torch.cat([centre - half, centre + half], dim=2)  # (N, M, 4)
        return logits, boxes, cells.expand(len(x), -1, -1)


def cell_centres(rows: int, columns: int, stride: int, device: torch.device | str) -> Tensor:
    """Centres x, y (rows * columns, 2) in pixels of cells `stride` pixels wide, row by row."""
    y = torch.arange(rows, device=device) + 0.5
    x = torch.arange(columns, device=device) + 0.5
    grid = torch.stack(torch.meshgrid(x, y, indexing="xy"), dim=-1)  # (rows, columns, 2)
    return stride * grid.flatten(0, 1)

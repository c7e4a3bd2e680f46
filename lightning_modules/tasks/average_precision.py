"""Mean average precision as COCO counts it, on any number of processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor
from torchmetrics import Metric
from torchmetrics.detection import MeanAveragePrecision

from lightning_modules.distributed.gathering import gather_objects

Objects = dict[str, Tensor]  # boxes (n, 4), labels (n,), and where they were found scores (n,)


class ObjectCount(MeanAveragePrecision):
    """torchmetrics' counting, whose own exchange between processes breaks off where one of them has
    seen an image more than another."""

    def _sync_dist(
        self, dist_sync_fn: Callable | None = None, process_group: Any | None = None
    ) -> None:
        for name in self._reductions:
            seen: list[Tensor] = getattr(self, name)  # a tensor an image
            everywhere = gather_objects([rows.cpu() for rows in seen])
            setattr(self, name, [rows.to(self.device) for rows in everywhere])


class AveragePrecision(Metric):
    """One of the numbers that COCO counts; several of them share the counting, which takes seconds.

    Args:
        counted: is updated through one of those that share it.
        key: such as `map_50`.
    """

    def __init__(self, counted: ObjectCount, key: str) -> None:
        super().__init__()
        self.counted, self.key = counted, key

    def update(self, found: Sequence[Objects] = (), true: Sequence[Objects] = ()) -> None:
        self.counted.update(list(found), list(true))

    def compute(self) -> Tensor:
        return self.counted.compute()[self.key]

    def reset(self) -> None:
        super().reset()
        self.counted.reset()

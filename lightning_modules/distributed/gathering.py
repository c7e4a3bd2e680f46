"""The rows of a batch whose processes have every so-manieth of them, brought together again."""

from __future__ import annotations

from itertools import chain, zip_longest
from typing import Any

import lightning.pytorch as pl
import torch
import torch.distributed
from torch import Tensor


def count_rows(module: pl.LightningModule, own: Tensor) -> int:
    """How many rows all processes have together, of which `own` (n, ...) are this one's."""
    if module.trainer.world_size == 1:
        return len(own)
    count = torch.tensor(len(own), device=own.device)
    return int(module.trainer.strategy.reduce(count, reduce_op="sum"))


def gather_rows(module: pl.LightningModule, own: Tensor, total: int) -> Tensor:
    """The rows of all processes in the order that one process has them in.

    Row i is on process i % W, so that the first processes may have one more than the others.
    Gradients go back to the process that a row came from, summed over processes.

    Args:
        module: whose trainer knows the processes.
        own: (n, ...), this process's rows.
        total: N, the rows of all processes (see `count_rows`).

    Returns:
        (N, ...).
    """
    processes = module.trainer.world_size
    if processes == 1:
        return own
    missing = -(-total // processes) - len(own)  # of as many rows as the first process has
    filled = torch.cat([own, own.new_zeros(missing, *own.shape[1:])])  # (ceil(N / W), ...)
    gathered = module.all_gather(filled, sync_grads=own.requires_grad)
    assert isinstance(gathered, Tensor)  # (W, ceil(N / W), ...)
    return gathered.transpose(0, 1).flatten(0, 1)[:total]


def gather_objects(own: list[Any]) -> list[Any]:
    """The same for a list of anything, such as boxes, that may differ in size from row to row."""
    if not torch.distributed.is_initialized():
        return own
    parts: list[list[Any]] = [[] for _ in range(torch.distributed.get_world_size())]
    torch.distributed.all_gather_object(parts, own)
    missing = object()
    rows = chain.from_iterable(zip_longest(*parts, fillvalue=missing))
    return [row for row in rows if row is not missing]

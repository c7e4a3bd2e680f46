"""Batches of in-memory tensors by index: no copy per example, exact on any number of processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from lightning_modules.datamodules.trees import Tree, first_leaf, take
from lightning_modules.errors import BadInput
from lightning_modules.seeding import mix

Batch = tuple[Tensor, Tensor]


def training_indices(
    epoch: int, num_examples: int, batch_size: int, seed: int, rank: int = 0, world_size: int = 1
) -> list[Tensor]:
    """One shuffled epoch, cut into batches, of which this process takes every `world_size`-th row.

    `batch_size` counts the rows of all processes together, so the gradient step does not depend on
    how many there are. The last rows that fill no batch are left out; each epoch leaves out others.

    Returns:
        For each batch, the indices of this process: `batch_size / world_size`, rounded up for the
        first processes and down for the others.
    """
    generator = torch.Generator().manual_seed(mix(seed, epoch))
    order = torch.randperm(num_examples, generator=generator)  # (num_examples,)
    num_batches = num_examples // batch_size
    batches = order[: num_batches * batch_size].view(num_batches, batch_size)
    return list(batches[:, rank::world_size])


def evaluation_indices(
    num_examples: int, batch_size: int, rank: int = 0, world_size: int = 1
) -> list[Tensor]:
    """Every example once and in order, in batches that do not depend on the number of processes;
    of each this process takes every `world_size`-th row.

    Nothing is padded, so metrics are exact; equal counts of batches keep collectives inside a
    forward pass (buffer broadcasts of DDP, gathers of FSDP) matched. A batch may be empty where it
    has fewer rows than there are processes.

    Returns:
        For each batch, the indices of this process.
    """
    num_batches = max(1, -(-num_examples // batch_size))
    batches = torch.tensor_split(torch.arange(num_examples), num_batches)
    return [rows[rank::world_size] for rows in batches]


class SharedBatches:
    """An iterable of `(inputs, targets)` that Lightning takes in place of a DataLoader.

    Each process has every so-manieth row of a batch: row i is on process i % W. A subclass says in
    `_fetch` where the rows come from.

    Args:
        indices: gives the batches of an epoch, of each this process's rows.
        processed: how many batches of the current epoch were trained on before the first is asked
            for: more than 0 where a run is resumed in mid-epoch.
        transform: changes inputs and targets; also gets the epoch, the number of the batch and its
            indices.
        global_batch_size: rows of a batch over all processes, where all batches have equally many.
    """

    batch_sampler = None  # Lightning looks at it before it looks at `sampler`

    def __init__(
        self,
        indices: Callable[[int], list[Tensor]],
        processed: Callable[[], int] = lambda: 0,
        transform: Callable[[Tree, Tree, int, int, Tensor], tuple[Tree, Tree]] | None = None,
        global_batch_size: int | None = None,
    ) -> None:
        self._indices = indices
        self._processed = processed
        self._transform = transform
        self.global_batch_size = global_batch_size
        self._epoch = 0
        self._length = len(indices(0))

    def _fetch(self, batches: list[Tensor]) -> Iterator[tuple[Tensor, Tree, Tree]]:
        """For each batch its indices, its inputs and its targets, all on the device that trains."""
        raise NotImplementedError

    @property
    def sampler(self) -> SharedBatches:
        """Lightning calls `sampler.set_epoch` at the start of each epoch."""
        return self

    def set_epoch(self, epoch: int) -> None:
        self._epoch = epoch

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Batch]:
        # all is drawn at the first `next`: Lightning calls `iter` before it has set the epoch and,
        # in a resumed run, before it has read how far the checkpoint was
        epoch, done = self._epoch, self._processed()
        fetched = self._fetch(self._indices(epoch)[done:])
        for number, (rows, inputs, targets) in enumerate(fetched, start=done):
            if self._transform is not None:
                inputs, targets = self._transform(inputs, targets, epoch, number, rows)
            yield inputs, targets

    def state_dict(self) -> dict[str, int]:
        """Empty: Lightning's own progress says where to go on. It asks, else it warns."""
        return {}

    def load_state_dict(self, state: dict[str, int]) -> None:
        """Nothing to load."""


class Batches(SharedBatches):
    """Batches of tensors in memory.

    Args:
        inputs: (N, ...), already on the device that trains; or several in a tuple, list or dict.
        targets: the same, such as (N,).
        shared: `indices` and the rest, as `SharedBatches` takes them.
    """

    def __init__(self, inputs: Tree, targets: Tree, **shared: Any) -> None:
        super().__init__(**shared)
        self.inputs = inputs
        self.targets = targets

    def _fetch(self, batches: list[Tensor]) -> Iterator[tuple[Tensor, Tree, Tree]]:
        order = torch.cat(batches or [torch.empty(0, dtype=torch.long)])
        order = order.to(first_leaf(self.inputs).device)  # once an epoch, not once a batch
        for rows in order.split([len(rows) for rows in batches]):
            yield rows, take(self.inputs, rows), take(self.targets, rows)


def check_batch_size(batch_size: int, num_examples: int, world_size: int) -> None:
    """Refuses a batch that the training set cannot fill or that leaves a process without a row.

    Raises:
        BadInput: with the value and the allowed ones.
    """
    if not 1 <= batch_size <= num_examples:
        raise BadInput(f"data.batch_size is {batch_size}; it must be from 1 to {num_examples}")
    if batch_size < world_size:
        raise BadInput(
            f"data.batch_size is {batch_size} over all processes; "
            f"it must be at least their number, {world_size}"
        )

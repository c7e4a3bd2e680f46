"""Changes to whole training batches, with random numbers that do not depend on the processes."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from lightning_modules.datamodules.trees import Tree, first_leaf, map_tree
from lightning_modules.errors import BadInput
from lightning_modules.seeding import mix

_STREAM = 1  # sets these numbers apart from those that dropout draws in the same step
_GOLDEN_RATIO = 0x9E3779B97F4A7C15 - 2**64  # its multiples fill 64 bits evenly, in no order


class BatchRng:
    """Random numbers for one batch: the same for an example whatever process it is on.

    All are drawn for the batch of all processes, on the CPU, whose generator gives the same numbers
    everywhere; then this process keeps those of its own rows.

    Args:
        seed: decides every number.
        batch_size: examples in the batch of all processes.
        rank: this process; its rows are every `world_size`-th from `rank`.
        world_size: number of processes.
        device: where the numbers are wanted.
        epoch: the first is 0.
        examples: (N,), which of the training set are in this process's rows.
    """

    def __init__(
        self,
        seed: int,
        batch_size: int,
        rank: int = 0,
        world_size: int = 1,
        device: torch.device | str = "cpu",
        epoch: int = 0,
        examples: Tensor | None = None,
    ) -> None:
        self._epoch, self._examples = epoch, examples
        self._generator = torch.Generator().manual_seed(seed)
        self._batch_size = batch_size
        self._rows = slice(rank, None, world_size)
        self._device = device

    def uniform(self, low: float = 0.0, high: float = 1.0, shape: Sequence[int] = ()) -> Tensor:
        """Floats (N, *shape) from [low, high), N being the rows of this process."""
        drawn = torch.rand((self._batch_size, *shape), generator=self._generator)
        return self._cut(drawn * (high - low) + low)

    def normal(self, shape: Sequence[int] = ()) -> Tensor:
        """Floats (N, *shape) of mean 0 and standard deviation 1."""
        return self._cut(torch.randn((self._batch_size, *shape), generator=self._generator))

    def integers(self, low: int, high: int, shape: Sequence[int] = ()) -> Tensor:
        """Integers (N, *shape) from low to high, high included."""
        size = (self._batch_size, *shape)
        return self._cut(torch.randint(low, high + 1, size, generator=self._generator))

    def alternating(self) -> Tensor:
        """Booleans (N,), true for half of the training set; in the next epoch for the other.

        Raises:
            BadInput: nobody said which examples these are.
        """
        if self._examples is None:
            raise BadInput("AlternatingFlip goes into data.augment alone; elsewhere use Flip")
        return (self._examples * _GOLDEN_RATIO < 0) ^ bool(self._epoch % 2)

    def permutation(self) -> Tensor:
        """An order (N,) of the batch's rows, for transforms that say `mixes_rows`."""
        assert self._rows == slice(0, None, 1), "a transform that permutes rows sets mixes_rows"
        return self._moved(torch.randperm(self._batch_size, generator=self._generator))

    def _cut(self, drawn: Tensor) -> Tensor:
        return self._moved(drawn[self._rows])

    def _moved(self, drawn: Tensor) -> Tensor:
        return drawn.to(self._device, non_blocking=True)  # nobody waits until it is there


class BatchTransform:
    """Changes a training batch on its device; a subclass says how.

    `mixes_rows` is set where an example's result depends on others of its batch: each process then
    works on the batch of all of them and keeps its own rows.
    """

    mixes_rows = False

    def __call__(self, inputs: Tree, targets: Tree, rng: BatchRng) -> tuple[Tree, Tree]:
        """Inputs and targets of N examples to new ones; the given tensors stay as they are."""
        raise NotImplementedError


class Augmentation:
    """Transforms in a row, each with numbers of its own: one more at the end changes none.

    Args:
        transforms: the first acts first.
        seed: of the run.
        batch_size: examples in the batch of all processes.
        rank: this process.
        world_size: number of processes.
    """

    def __init__(
        self,
        transforms: Sequence[BatchTransform],
        seed: int,
        batch_size: int,
        rank: int = 0,
        world_size: int = 1,
    ) -> None:
        self._transforms = transforms
        self._seed, self._batch_size = seed, batch_size
        self._share = rank, world_size
        self.takes_whole_batch = any(transform.mixes_rows for transform in transforms)

    def __call__(
        self, inputs: Tree, targets: Tree, epoch: int, batch: int, examples: Tensor | None = None
    ) -> tuple[Tree, Tree]:
        """Batch number `batch` of `epoch`: this process's rows, or, as asked for, all rows.

        `examples` (N,) says which of the training set they are.
        """
        device = first_leaf(inputs).device
        share = (0, 1) if self.takes_whole_batch else self._share
        for position, transform in enumerate(self._transforms):
            seed = mix(self._seed, epoch, batch, position, _STREAM)
            rng = BatchRng(seed, self._batch_size, *share, device, epoch, examples)
            inputs, targets = transform(inputs, targets, rng)
        if self.takes_whole_batch:
            rows = slice(self._share[0], None, self._share[1])
            inputs, targets = (map_tree(lambda leaf: leaf[rows], x) for x in (inputs, targets))
        return inputs, targets

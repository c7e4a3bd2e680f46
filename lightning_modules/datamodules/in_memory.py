"""Data modules whose sets lie in memory as tensors: all that they share."""

from __future__ import annotations

import torch
from torch import Tensor

from lightning_modules.datamodules.batch_transform import BatchTransform
from lightning_modules.datamodules.batches import Batches
from lightning_modules.datamodules.shared import SharedData, check_positive
from lightning_modules.datamodules.store import get
from lightning_modules.datamodules.trees import Tree, first_leaf, map_tree, take
from lightning_modules.errors import BadInput

Splits = dict[str, tuple[Tree, Tree]]


def hold_out(inputs: Tree, targets: Tree, val_size: int, seed: int) -> Splits:
    """Splits N examples into "train" and, of `val_size` drawn with `seed`, "val".

    Raises:
        BadInput: nothing would be left to train on.
    """
    num_examples = len(first_leaf(targets))
    if not 1 <= val_size < num_examples:
        raise BadInput(f"data.val_size is {val_size}; it must be from 1 to {num_examples - 1}")
    order = torch.randperm(num_examples, generator=torch.Generator().manual_seed(seed))
    held_out, kept = order[:val_size], order[val_size:]
    return {
        "train": (take(inputs, kept), take(targets, kept)),
        "val": (take(inputs, held_out), take(targets, held_out)),
    }


# Examples at once, or more: no gradients are kept, and less time goes between such batches.
EVALUATED = 512


class InMemory(SharedData):
    """Batches of tensors in memory: exact on any number of processes, and next to no time each.

    A subclass says in `_load` what the tensors are: for each of "train", "val" and "test", inputs
    and targets, either a tensor whose first index counts the examples, or a tuple, list or dict of
    such tensors. Images (N, C, H, W) may be channels-last; their batches are, too.

    Args:
        dataset: name of the data set to fetch before `_load`; none where there is nothing to fetch.
        batch_size: examples per step, over all processes together.
        augment: changes training batches, never validation or test; the first acts first.
        train_size: trains on this many examples alone, the first of "train".
    """

    def __init__(
        self,
        dataset: str | None = None,
        batch_size: int = 64,
        augment: list[BatchTransform] | None = None,
        train_size: int | None = None,
    ) -> None:
        super().__init__(batch_size, augment)
        if train_size is not None:
            check_positive("train_size", train_size)
        self.dataset = dataset
        self.train_size = train_size
        self._splits: Splits = {}

    def _load(self) -> Splits:
        """Inputs and targets of "train", "val" and "test"."""
        raise NotImplementedError

    def prepare_data(self) -> None:
        if self.dataset is not None:
            get(self.dataset)

    def setup(self, stage: str) -> None:
        if not self._splits:
            self._splits = self._load()
            if self.train_size is not None:
                self._splits["train"] = self._first(self.train_size)

    def _first(self, train_size: int) -> tuple[Tree, Tree]:
        inputs, targets = self._splits["train"]
        num_examples = len(first_leaf(targets))
        if not 1 <= train_size <= num_examples:
            raise BadInput(f"data.train_size is {train_size}; it must be from 1 to {num_examples}")
        first = torch.arange(train_size)
        return take(inputs, first), take(targets, first)

    def first_inputs(self, count: int) -> Tree:
        """The first training inputs, on the device that trains; the others stay where they are."""
        return map_tree(lambda leaf: leaf[:count].to(self._device), self._splits["train"][0])

    def train_dataloader(self) -> Batches:
        inputs, targets = self._on_device("train")
        return Batches(inputs, targets, **self._training(len(first_leaf(targets))))

    def val_dataloader(self) -> Batches:
        return self._evaluation("val")

    def test_dataloader(self) -> Batches:
        return self._evaluation("test")

    def predict_dataloader(self) -> Batches:
        return self._evaluation("test")

    def _evaluation(self, split: str) -> Batches:
        inputs, targets = self._on_device(split)
        batch_size = max(self.batch_size, EVALUATED)
        return Batches(inputs, targets, **self._evaluating(len(first_leaf(targets)), batch_size))

    def _on_device(self, split: str) -> tuple[Tree, Tree]:
        device = self._device

        def move(tensor: Tensor) -> Tensor:
            return tensor.to(device)

        inputs, targets = self._splits[split]
        return map_tree(move, inputs), map_tree(move, targets)

"""MNIST digits, whole or the shipped subset, as tensors in memory."""

from __future__ import annotations

from functools import partial
from typing import Literal

import lightning.pytorch as pl
import torch
from torch import Tensor

from lightning_modules.datamodules.batches import (
    Batches,
    check_batch_size,
    evaluation_indices,
    training_indices,
)
from lightning_modules.datamodules.store import get, load
from lightning_modules.errors import BadInput
from lightning_modules.seeding import run_seed

MEAN, STD = 0.1307, 0.3081  # of the pixels of MNIST's training images, on a scale from 0 to 1


def normalise(images: Tensor) -> Tensor:
    """Bytes (N, 28, 28) to floats (N, 1, 28, 28) of mean 0 and standard deviation 1."""
    return ((images.float() / 255 - MEAN) / STD).unsqueeze(1)  # (N, 1, 28, 28)


def hold_out(
    images: Tensor, labels: Tensor, val_size: int, seed: int
) -> dict[str, tuple[Tensor, Tensor]]:
    """Splits labelled images (N, ...) into "train" and, of `val_size` drawn with `seed`, "val".

    Raises:
        BadInput: nothing would be left to train on.
    """
    if val_size >= len(labels):
        raise BadInput(f"data.val_size is {val_size}; it must be below {len(labels)}")
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed))
    held_out, kept = order[:val_size], order[val_size:]
    return {"train": (images[kept], labels[kept]), "val": (images[held_out], labels[held_out])}


class Digits(pl.LightningDataModule):
    """Training, validation and test digits.

    Args:
        dataset: `mnist_subset` (10,000 + 2,000, ships with the course) or `mnist` (60,000 + 10,000,
            fetched at first use).
        batch_size: images a step, over all processes together.
        val_size: how many of the training images are held out for validation.
        split_seed: of the draw of those; the same for every run, so that runs compare.
    """

    num_classes = 10

    def __init__(
        self,
        dataset: Literal["mnist_subset", "mnist"] = "mnist_subset",
        batch_size: int = 64,
        val_size: int = 1000,
        split_seed: int = 0,
    ) -> None:
        super().__init__()
        if batch_size < 1 or val_size < 1:
            raise BadInput(f"batch_size {batch_size}, val_size {val_size}: both must be at least 1")
        self.dataset: str = dataset
        self.batch_size = batch_size
        self.val_size = val_size
        self.split_seed = split_seed
        self._splits: dict[str, tuple[Tensor, Tensor]] = {}

    def prepare_data(self) -> None:
        get(self.dataset)

    def setup(self, stage: str) -> None:
        if not self._splits:
            self._splits = self._load()

    def _load(self) -> dict[str, tuple[Tensor, Tensor]]:
        arrays = {key: torch.from_numpy(array) for key, array in load(self.dataset).items()}
        labelled = normalise(arrays["train_images"]), arrays["train_labels"].long()
        return {
            **hold_out(*labelled, self.val_size, self.split_seed),
            "test": (normalise(arrays["test_images"]), arrays["test_labels"].long()),
        }

    def train_dataloader(self) -> Batches:
        images, labels = self._on_device("train")
        check_batch_size(self.batch_size, len(labels), self._world_size)
        indices = partial(
            training_indices,
            num_examples=len(labels),
            batch_size=self.batch_size,
            seed=run_seed(),
            rank=self._rank,
            world_size=self._world_size,
        )
        return Batches(images, labels, indices, self._batches_processed)

    def val_dataloader(self) -> Batches:
        return self._evaluation("val")

    def test_dataloader(self) -> Batches:
        return self._evaluation("test")

    def predict_dataloader(self) -> Batches:
        return self._evaluation("test")

    def _evaluation(self, split: str) -> Batches:
        images, labels = self._on_device(split)
        # no gradients to keep: batches of at least 512 spend less time between them
        batch_size = max(self.batch_size, 512)
        indices = evaluation_indices(len(labels), batch_size, self._rank, self._world_size)
        return Batches(images, labels, lambda epoch: indices)

    def _on_device(self, split: str) -> tuple[Tensor, Tensor]:
        images, labels = self._splits[split]
        device = self.trainer.strategy.root_device if self.trainer else images.device
        return images.to(device), labels.to(device)

    def _batches_processed(self) -> int:
        assert self.trainer is not None  # asked for at checkpoints alone
        progress = self.trainer.fit_loop.epoch_loop.batch_progress
        return int(progress.state_dict()["current"]["processed"])

    @property
    def _rank(self) -> int:
        return self.trainer.global_rank if self.trainer else 0

    @property
    def _world_size(self) -> int:
        return self.trainer.world_size if self.trainer else 1

"""What data modules have in common that share each batch out among processes themselves."""

from __future__ import annotations

from functools import partial
from typing import Any

import lightning.pytorch as pl
import torch

from lightning_modules.datamodules.batch_transform import Augmentation, BatchTransform
from lightning_modules.datamodules.batches import (
    check_batch_size,
    evaluation_indices,
    training_indices,
)
from lightning_modules.datamodules.trees import Tree
from lightning_modules.errors import BadInput
from lightning_modules.seeding import run_seed


def check_positive(name: str, value: int) -> None:
    """Refuses a size below 1 before any work.

    Raises:
        BadInput: with the key and the value.
    """
    if value < 1:
        raise BadInput(f"data.{name} is {value}; it must be at least 1")


class SharedData(pl.LightningDataModule):
    """Training batches that are those of one process, whatever their number; exact evaluation.

    Args:
        batch_size: examples per step, over all processes together.
        augment: changes training batches, never validation or test; the first acts first.
    """

    def __init__(self, batch_size: int, augment: list[BatchTransform] | None) -> None:
        super().__init__()
        check_positive("batch_size", batch_size)
        self.batch_size = batch_size
        self.augment = augment or []

    def _training(self, num_examples: int) -> dict[str, Any]:
        """What `SharedBatches` takes to train on so many examples.

        Raises:
            BadInput: they do not fill a batch, or a batch has no row for some process.
        """
        check_batch_size(self.batch_size, num_examples, self._world_size)
        share = self._rank, self._world_size
        augmentation = None
        if self.augment:
            augmentation = Augmentation(self.augment, run_seed(), self.batch_size, *share)
            share = (0, 1) if augmentation.takes_whole_batch else share
        return {
            "indices": partial(
                training_indices,
                num_examples=num_examples,
                batch_size=self.batch_size,
                seed=run_seed(),
                rank=share[0],
                world_size=share[1],
            ),
            "processed": self._batches_processed,
            "transform": augmentation,
            "global_batch_size": self.batch_size,
        }

    def _evaluating(self, num_examples: int, batch_size: int) -> dict[str, Any]:
        """What `SharedBatches` takes to go through so many examples once."""
        indices = evaluation_indices(num_examples, batch_size, self._rank, self._world_size)
        return {"indices": lambda epoch: indices}

    def transfer_batch_to_device(
        self, batch: Tree, device: torch.device, dataloader_idx: int
    ) -> Tree:
        """Batches are on the device already; Lightning would look at each tensor again."""
        return batch

    def _batches_processed(self) -> int:
        if self.trainer is None:
            return 0
        progress = self.trainer.fit_loop.epoch_loop.batch_progress
        return int(progress.state_dict()["current"]["processed"])

    @property
    def _device(self) -> torch.device:
        return self.trainer.strategy.root_device if self.trainer else torch.device("cpu")

    @property
    def _rank(self) -> int:
        return self.trainer.global_rank if self.trainer else 0

    @property
    def _world_size(self) -> int:
        return self.trainer.world_size if self.trainer else 1

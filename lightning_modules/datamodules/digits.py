"""Ten classes in 28 by 28 grey pixels: MNIST, whole or the shipped subset, and Fashion-MNIST."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from lightning_modules.datamodules.batch_transform import BatchTransform
from lightning_modules.datamodules.in_memory import InMemory, Splits, hold_out
from lightning_modules.datamodules.shared import check_positive
from lightning_modules.datamodules.store import load

DigitsName = Literal["mnist_subset", "mnist", "fashion_mnist"]

MEAN, STD = 0.1307, 0.3081  # of the pixels of MNIST's training images, on a scale from 0 to 1
_SCALES = {
    "mnist_subset": (MEAN, STD),
    "mnist": (MEAN, STD),
    "fashion_mnist": (0.2860, 0.3530),
}


def normalise(images: Tensor, mean: float = MEAN, std: float = STD) -> Tensor:
    """Bytes (N, 28, 28) to floats (N, 1, 28, 28) of mean 0 and standard deviation 1."""
    return images.float().div_(255).sub_(mean).div_(std).unsqueeze(1)  # (N, 1, 28, 28)


class Digits(InMemory):
    """Training, validation and test images.

    Args:
        dataset: `mnist_subset` (10,000 + 2,000, ships with the course), `mnist` or `fashion_mnist`
            (60,000 + 10,000, fetched at first use).
        batch_size: images a step, over all processes together.
        val_size: how many of the training images are held out for validation.
        split_seed: of the draw of those; the same for every run, so that runs compare.
        augment: changes training batches (see `augmentation.py`).
        train_size: trains on this many images alone; a larger set contains the smaller.
    """

    num_classes = 10

    def __init__(
        self,
        dataset: DigitsName = "mnist_subset",
        batch_size: int = 64,
        val_size: int = 1000,
        split_seed: int = 0,
        augment: list[BatchTransform] | None = None,
        train_size: int | None = None,
    ) -> None:
        super().__init__(dataset, batch_size, augment, train_size)
        check_positive("val_size", val_size)
        self.val_size, self.split_seed = val_size, split_seed
        self.scale = _SCALES[dataset]

    def _load(self) -> Splits:
        return {
            name: (normalise(images, *self.scale), labels)
            for name, (images, labels) in self._load_bytes().items()
        }

    def _load_bytes(self) -> Splits:
        """Images (N, 28, 28) as bytes, and labels (N,)."""
        assert self.dataset is not None
        arrays = {key: torch.from_numpy(array) for key, array in load(self.dataset).items()}
        labelled = arrays["train_images"], arrays["train_labels"].long()
        return {
            **hold_out(*labelled, self.val_size, self.split_seed),
            "test": (arrays["test_images"], arrays["test_labels"].long()),
        }

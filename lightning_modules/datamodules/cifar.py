"""CIFAR-10: whole, and the final project's subset, whose test labels are held out."""

from __future__ import annotations

from typing import Literal, NoReturn

import torch
from torch import Tensor

from lightning_modules.datamodules.batch_transform import BatchTransform
from lightning_modules.datamodules.in_memory import InMemory, Splits, hold_out
from lightning_modules.datamodules.shared import check_positive
from lightning_modules.datamodules.store import load
from lightning_modules.errors import BadInput

# of the training images' channels, red, green and blue, on a scale from 0 to 1
MEAN, STD = (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)
UNKNOWN = -1
LABELLED_TRAIN = 3000  # of the subset's 4,000 labelled images; the others test


def normalise(images: Tensor) -> Tensor:
    """Bytes (N, 32, 32, 3) to floats (N, 3, 32, 32), each channel of mean 0 and deviation 1.

    The result is channels-last, as the bytes are.
    """
    scaled = images.float()
    scaled /= 255
    scaled -= torch.tensor(MEAN)
    scaled /= torch.tensor(STD)
    return scaled.permute(0, 3, 1, 2)  # (N, 3, 32, 32)


def without_colour(images: Tensor) -> Tensor:
    """Bytes (N, 32, 32, 3) to their luminance (ITU-R BT.601), in all three channels."""
    luminance = images.float() @ torch.tensor([0.299, 0.587, 0.114])  # (N, 32, 32)
    return luminance.round().byte().unsqueeze(-1).expand_as(images)  # (N, 32, 32, 3)


class Cifar(InMemory):
    """Training, validation and test photographs of ten classes.

    Args:
        dataset: `cifar10`, 50,000 + 10,000 images, fetched at first use.
        batch_size: images a step, over all processes together.
        val_size: how many of the training images are held out for validation.
        split_seed: of the draw of those; the same for every run, so that runs compare.
        augment: changes training batches (see `augmentation.py`).
        train_size: trains on this many images alone; a larger set contains the smaller.
        grey: without colour, but still of three equal channels, so that networks compare.
        classes: of these alone, labelled 0, 1, … in this order.
    """

    num_classes = 10

    def __init__(
        self,
        dataset: Literal["cifar10"] = "cifar10",
        batch_size: int = 128,
        val_size: int = 5000,
        split_seed: int = 0,
        augment: list[BatchTransform] | None = None,
        train_size: int | None = None,
        grey: bool = False,
        classes: list[int] | None = None,
    ) -> None:
        super().__init__(dataset, batch_size, augment, train_size)
        check_positive("val_size", val_size)
        self.val_size, self.split_seed = val_size, split_seed
        self.grey, self.classes = grey, classes

    def _load(self) -> Splits:
        arrays = self._arrays()
        # split while they are bytes: floats take four times the memory
        labelled = self._chosen(arrays["train_images"], arrays["train_labels"].long())
        splits = hold_out(*labelled, self.val_size, self.split_seed)
        splits["test"] = self._chosen(arrays["test_images"], self._test_labels(arrays))
        return {name: (normalise(images), labels) for name, (images, labels) in splits.items()}

    def _arrays(self) -> dict[str, Tensor]:
        """Images as bytes and labels, of "train" and "test"."""
        assert self.dataset is not None
        return {key: torch.from_numpy(array) for key, array in load(self.dataset).items()}

    def _chosen(self, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        if self.grey:
            images = without_colour(images)
        if self.classes is None:
            return images, labels
        numbers = torch.full((10,), UNKNOWN)
        numbers[self.classes] = torch.arange(len(self.classes))
        kept = torch.isin(labels, torch.tensor(self.classes))
        return images[kept], numbers[labels[kept]]

    def _test_labels(self, arrays: dict[str, Tensor]) -> Tensor:
        return arrays["test_labels"].long()


class CifarSubset(Cifar):
    """4,000 labelled images, split into training and validation, and 1,000 to predict.

    Args:
        batch_size: images a step, over all processes together.
        val_size: how many of the labelled images are held out for validation.
        split_seed: of the draw of those.
        augment: changes training batches (see `augmentation.py`).
        train_size: trains on this many images alone; a larger set contains the smaller.
    """

    def __init__(
        self,
        batch_size: int = 64,
        val_size: int = 800,
        split_seed: int = 0,
        augment: list[BatchTransform] | None = None,
        train_size: int | None = None,
    ) -> None:
        super().__init__("cifar10", batch_size, val_size, split_seed, augment, train_size)
        self.dataset = "cifar10_subset"

    def _test_labels(self, arrays: dict[str, Tensor]) -> Tensor:
        return torch.full((len(arrays["test_images"]),), UNKNOWN)

    def test_dataloader(self) -> NoReturn:
        raise BadInput(
            "cifar10_subset has no test labels: `dlcourse predict` writes predictions.csv, and "
            "`dlcourse leaderboard` ranks it"
        )


class LabelledCifarSubset(Cifar):
    """The subset's 4,000 labelled images as a small CIFAR-10 of its own, with a test set.

    The first 3,000 are split into training and validation, the last 1,000 are the test set. It
    ships with the course: a network can be tried on it where CIFAR-10 cannot be fetched.

    Args:
        batch_size: images a step, over all processes together.
        val_size: how many of the first 3,000 are held out for validation.
        split_seed: of the draw of those.
        augment: changes training batches (see `augmentation.py`).
        train_size: trains on this many images alone; a larger set contains the smaller.
        grey: without colour, but still of three equal channels, so that networks compare.
        classes: of these alone, labelled 0, 1, … in this order.
    """

    def __init__(
        self,
        batch_size: int = 64,
        val_size: int = 600,
        split_seed: int = 0,
        augment: list[BatchTransform] | None = None,
        train_size: int | None = None,
        grey: bool = False,
        classes: list[int] | None = None,
    ) -> None:
        super().__init__(
            "cifar10", batch_size, val_size, split_seed, augment, train_size, grey, classes
        )
        self.dataset = "cifar10_subset"

    def _arrays(self) -> dict[str, Tensor]:
        arrays = super()._arrays()
        labelled = {key: arrays[f"train_{key}"] for key in ("images", "labels")}
        return {
            **{f"train_{key}": array[:LABELLED_TRAIN] for key, array in labelled.items()},
            **{f"test_{key}": array[LABELLED_TRAIN:] for key, array in labelled.items()},
        }

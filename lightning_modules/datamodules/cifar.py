"""CIFAR-10 for the final project: labelled images, and test images whose labels are held out."""

from __future__ import annotations

from typing import NoReturn

import torch
from torch import Tensor

from lightning_modules.datamodules.digits import Digits, hold_out
from lightning_modules.datamodules.store import load
from lightning_modules.errors import BadInput

# of the training images' channels, red, green and blue, on a scale from 0 to 1
MEAN, STD = (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)
UNKNOWN = -1


def normalise(images: Tensor) -> Tensor:
    """Bytes (N, 32, 32, 3) to floats (N, 3, 32, 32), each channel of mean 0 and deviation 1."""
    scaled = (images.float() / 255 - torch.tensor(MEAN)) / torch.tensor(STD)
    return scaled.permute(0, 3, 1, 2).contiguous()  # (N, 3, 32, 32)


class CifarSubset(Digits):
    """4,000 labelled images, split into training and validation, and 1,000 to predict.

    Args:
        batch_size: images a step, over all processes together.
        val_size: how many of the labelled images are held out for validation.
        split_seed: of the draw of those.
    """

    def __init__(self, batch_size: int = 64, val_size: int = 800, split_seed: int = 0) -> None:
        super().__init__(batch_size=batch_size, val_size=val_size, split_seed=split_seed)
        self.dataset = "cifar10_subset"

    def _load(self) -> dict[str, tuple[Tensor, Tensor]]:
        arrays = {key: torch.from_numpy(array) for key, array in load(self.dataset).items()}
        labelled = normalise(arrays["train_images"]), arrays["train_labels"].long()
        to_predict = normalise(arrays["test_images"])
        unknown = torch.full((len(to_predict),), UNKNOWN)
        return {
            **hold_out(*labelled, self.val_size, self.split_seed),
            "test": (to_predict, unknown),
        }

    def test_dataloader(self) -> NoReturn:
        raise BadInput(
            "cifar10_subset has no test labels: `dlcourse predict` writes predictions.csv, and "
            "`dlcourse leaderboard` ranks it"
        )

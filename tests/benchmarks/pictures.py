"""Digits as most programs read them: what the benchmarks' peers train on."""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image
from torch.utils.data import Dataset
from torchvision.transforms import v2

from lightning_modules.datamodules.digits import MEAN, STD


class Pictures(Dataset):
    """One PIL image at a time through transforms, as torchvision's MNIST gives them.

    Args:
        images: (N, 28, 28), bytes.
        labels: (N,).
    """

    def __init__(self, images: np.ndarray, labels: np.ndarray) -> None:
        self.images, self.labels = images, labels
        self.transform = v2.Compose(
            [v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Normalize([MEAN], [STD])]
        )

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        return self.transform(Image.fromarray(self.images[index])), int(self.labels[index])

"""Harder pictures made from real digits: away from the centre, or two over each other."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from lightning_modules.datamodules.augmentation import translate
from lightning_modules.datamodules.batch_transform import BatchTransform
from lightning_modules.datamodules.digits import Digits, DigitsName, normalise
from lightning_modules.datamodules.in_memory import Splits
from lightning_modules.datamodules.shared import check_positive
from lightning_modules.errors import BadInput
from lightning_modules.seeding import mix

_SIDE = 28


def place(images: Tensor, canvas: int, shift: int, generator: torch.Generator) -> Tensor:
    """Puts each image on a black square, away from its centre by up to `shift` in each direction.

    Args:
        images: bytes (N, H, W).
        canvas: side of the square, at least H and W.
        shift: pixels; what a shift moves beyond the square is lost.
        generator: draws a shift for each image.

    Returns:
        Bytes (N, canvas, canvas).
    """
    rows, columns = canvas - images.shape[1], canvas - images.shape[2]
    margins = columns // 2, columns - columns // 2, rows // 2, rows - rows // 2
    centred = F.pad(images, margins).unsqueeze(1)  # (N, 1, canvas, canvas)
    offsets = torch.randint(-shift, shift + 1, (len(images), 2), generator=generator)
    return translate(centred, offsets[:, 0], offsets[:, 1], "zero").squeeze(1)


def partners(labels: Tensor, generator: torch.Generator) -> Tensor:
    """For each example (N,) the index of another, drawn from those of other classes."""
    chosen = torch.randint(len(labels), labels.shape, generator=generator)
    while len(alike := (labels[chosen] == labels).nonzero().flatten()):
        chosen[alike] = torch.randint(len(labels), alike.shape, generator=generator)
    return chosen


class ShiftedDigits(Digits):
    """Digits away from the centre of their picture, in the test not by as much as in training.

    A network that has learned where strokes are fails there; one that has learned what they are
    does not. The shifts are part of the set: the same in every epoch and run.

    Args:
        dataset: digits to begin with: training pictures come from its training split, test pictures
            from its test split.
        canvas: side of the pictures in pixels, at least 28.
        train_shift: largest shift in pixels, down or up and right or left, in training and
            validation.
        test_shift: the same for the test.
        batch_size: images a step, over all processes together.
        val_size: how many of the training images are held out for validation.
        split_seed: of the draw of those and of the shifts.
        augment: changes training batches (see `augmentation.py`).
        train_size: trains on this many images alone.
    """

    def __init__(
        self,
        dataset: DigitsName = "mnist_subset",
        canvas: int = 40,
        train_shift: int = 0,
        test_shift: int = 6,
        batch_size: int = 64,
        val_size: int = 1000,
        split_seed: int = 0,
        augment: list[BatchTransform] | None = None,
        train_size: int | None = None,
    ) -> None:
        super().__init__(dataset, batch_size, val_size, split_seed, augment, train_size)
        check_canvas(canvas, train_shift=train_shift, test_shift=test_shift)
        self.canvas, self.train_shift, self.test_shift = canvas, train_shift, test_shift

    def _load(self) -> Splits:
        shifts = {"train": self.train_shift, "val": self.train_shift, "test": self.test_shift}
        splits = {}
        for number, (name, (images, labels)) in enumerate(self._load_bytes().items()):
            generator = torch.Generator().manual_seed(mix(self.split_seed, number))
            placed = place(images, self.canvas, shifts[name], generator)
            splits[name] = normalise(placed, *self.scale), labels
        return splits


class OverlappingDigits(Digits):
    """Two digits of different classes over each other, each away from the centre on its own.

    Targets (N, 10) hold 1 for the two classes and 0 for the others. As in Sabour, Frosst and Hinton
    2017, section 6, with as many pictures as there are digits: each is the first of one.

    Args:
        dataset: digits to begin with: training pictures come from its training split, test pictures
            from its test split.
        canvas: side of the pictures in pixels, at least 28.
        shift: largest shift of a digit in pixels, down or up and right or left.
        batch_size: images a step, over all processes together.
        val_size: how many of the training images are held out for validation.
        split_seed: of the draw of those, of the pairs and of the shifts.
        augment: changes training batches (see `augmentation.py`).
        train_size: trains on this many images alone.
    """

    def __init__(
        self,
        dataset: DigitsName = "mnist_subset",
        canvas: int = 36,
        shift: int = 4,
        batch_size: int = 64,
        val_size: int = 1000,
        split_seed: int = 0,
        augment: list[BatchTransform] | None = None,
        train_size: int | None = None,
    ) -> None:
        super().__init__(dataset, batch_size, val_size, split_seed, augment, train_size)
        check_canvas(canvas, shift=shift)
        self.canvas, self.shift = canvas, shift

    def _load(self) -> Splits:
        splits = {}
        for number, (name, (images, labels)) in enumerate(self._load_bytes().items()):
            generator = torch.Generator().manual_seed(mix(self.split_seed, number))
            second = partners(labels, generator)
            layers = [
                place(layer, self.canvas, self.shift, generator)
                for layer in (images, images[second])
            ]
            overlaid = torch.maximum(*layers)  # (N, canvas, canvas)
            classes = F.one_hot(labels, self.num_classes) + F.one_hot(
                labels[second], self.num_classes
            )
            splits[name] = normalise(overlaid, *self.scale), classes.float()
        return splits


def check_canvas(canvas: int, **shifts: int) -> None:
    """Refuses a canvas that no digit fits on, and shifts of a digit off it.

    Raises:
        BadInput: with the key, the value and the allowed ones.
    """
    check_positive("canvas", canvas)
    if canvas < _SIDE:
        raise BadInput(f"data.canvas is {canvas}; it must be at least {_SIDE}")
    for name, shift in shifts.items():
        if not 0 <= shift < canvas // 2:
            raise BadInput(f"data.{name} is {shift}; it must be from 0 to {canvas // 2 - 1}")

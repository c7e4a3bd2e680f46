"""Scenes of real digits for segmentation, localisation and detection."""

from __future__ import annotations

from typing import Any, Literal

import torch

from lightning_modules.datamodules.batch_transform import BatchTransform
from lightning_modules.datamodules.in_memory import InMemory, Splits, hold_out
from lightning_modules.datamodules.scene_drawing import draw_scenes
from lightning_modules.datamodules.shared import check_positive
from lightning_modules.datamodules.store import load
from lightning_modules.errors import BadInput
from lightning_modules.seeding import mix


class DigitScenes(InMemory):
    """Images (N, 1, side, side) from 0 to 1; targets are `masks`, `boxes` and `labels` as `Scenes`
    has them (see `draw_scenes`).

    Training scenes are drawn from training digits, test scenes from test digits, and validation
    scenes from training digits that appear in no training scene.

    Args:
        dataset: where the digits come from.
        train_scenes: how many are drawn to train on.
        val_scenes: how many to validate with.
        test_scenes: how many to test with.
        side: of a scene in pixels.
        num_digits: fewest and most digits in a scene.
        scales: smallest and largest magnification of a digit of 28 by 28.
        max_overlap: how much of the smaller of two boxes may lie in the other, from 0 to 1.
        clutter: pieces of digits that belong to the background.
        batch_size: scenes a step, over all processes together.
        val_size: how many of the training digits are held out for validation scenes.
        split_seed: of that draw and of the scenes; the same for every run, so that runs compare.
        augment: as `InMemory` takes it.
        train_size: as `InMemory` takes it.

    Raises:
        BadInput: a value is out of range; the message says which and what it may be.
    """

    def __init__(
        self,
        dataset: Literal["mnist_subset", "mnist"] = "mnist_subset",
        train_scenes: int = 4000,
        val_scenes: int = 500,
        test_scenes: int = 1000,
        side: int = 64,
        num_digits: tuple[int, int] = (3, 6),
        scales: tuple[float, float] = (0.8, 1.2),
        max_overlap: float = 0.15,
        clutter: int = 4,
        batch_size: int = 32,
        val_size: int = 1000,
        split_seed: int = 0,
        augment: list[BatchTransform] | None = None,
        train_size: int | None = None,
    ) -> None:
        super().__init__(dataset, batch_size, augment, train_size)
        self.num_scenes = {"train": train_scenes, "val": val_scenes, "test": test_scenes}
        for split, count in self.num_scenes.items():
            check_positive(f"{split}_scenes", count)
        fewest, most = num_digits
        if not 1 <= fewest <= most:
            raise BadInput(f"data.num_digits is {[fewest, most]}; it must be 1 <= fewest <= most")
        if not 0 < scales[0] <= scales[1] <= side / 28:
            raise BadInput(
                f"data.scales is {list(scales)}; it must be 0 < smallest <= largest <= "
                f"data.side / 28, {side / 28:.2f}"
            )
        if not 0 <= max_overlap <= 1:
            raise BadInput(f"data.max_overlap is {max_overlap}; it must be from 0 to 1")
        if clutter < 0:
            raise BadInput(f"data.clutter is {clutter}; it must be at least 0")
        self.options: dict[str, Any] = {
            "side": side,
            "num_digits": (fewest, most),
            "scales": scales,
            "max_overlap": max_overlap,
            "clutter": clutter,
        }
        check_positive("val_size", val_size)
        self.val_size = val_size
        self.split_seed = split_seed

    def _load(self) -> Splits:
        assert self.dataset is not None
        arrays = {key: torch.from_numpy(array) for key, array in load(self.dataset).items()}
        digits = hold_out(
            arrays["train_images"], arrays["train_labels"].long(), self.val_size, self.split_seed
        )
        digits["test"] = arrays["test_images"], arrays["test_labels"].long()
        splits: Splits = {}
        for number, (split, (images, labels)) in enumerate(digits.items()):
            scenes = draw_scenes(
                images,
                labels,
                self.num_scenes[split],
                mix(self.split_seed, number),
                show_progress=self._rank == 0,
                **self.options,
            )
            targets = {"masks": scenes.masks, "boxes": scenes.boxes, "labels": scenes.labels}
            splits[split] = scenes.images.float() / 255, targets
        return splits

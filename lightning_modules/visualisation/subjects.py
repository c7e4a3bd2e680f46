"""The networks that the pictures are of, each with the images that it was made for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError

import numpy as np
import torch
from torch import Tensor, nn

from lightning_modules.datamodules.cifar import CifarSubset
from lightning_modules.datamodules.digits import MEAN, STD, Digits
from lightning_modules.errors import BadInput
from lightning_modules.models.lenet import LeNet
from lightning_modules.models.squeezenet import SqueezeNet
from lightning_modules.transfer.pixels import ImageNetInput
from lightning_modules.transfer.weights import imagenet_classes, imagenet_weights
from lightning_modules.visualisation.photographs import photographs, to_pixels

PATCH_IMAGE_SIZE = 128


@dataclass(frozen=True)
class Subject:
    """A trained network, and how to feed it.

    Args:
        model: in evaluation mode.
        first_layer: its first convolution.
        layers: names of layers worth a picture, from the image to the head.
        classes: names of its logits.
        image: from what `--image` says to (1, C, H, W).
        pixels: from (N, C, H, W) to (N, H, W) or (N, H, W, 3), from 0 to 1.
        images: a data set (N, C, H, W) to search for patches.
    """

    model: nn.Module
    first_layer: str
    layers: tuple[str, ...]
    classes: list[str]
    image: Callable[[str], Tensor]
    pixels: Callable[[Tensor], np.ndarray]
    images: Callable[[], Tensor]


def squeezenet(size: int = 224) -> Subject:
    """SqueezeNet with its ImageNet weights, for photographs; patches come from CIFAR-10."""
    model = SqueezeNet()
    model.load_state_dict(imagenet_weights("squeezenet1_1"))
    return Subject(
        model=model.eval(),
        first_layer="features.0",
        layers=("features.1", "features.4", "features.7", "features.10", "features.12"),
        classes=imagenet_classes(),
        image=lambda names: photographs(names, size),
        pixels=to_pixels,
        images=lambda: ImageNetInput("cifar10", PATCH_IMAGE_SIZE)(_split(CifarSubset(), "train")),
    )


def lenet(checkpoint: Path) -> Subject:
    """LeNet from a checkpoint of `dlcourse fit`; an image is the number of a test digit.

    Raises:
        BadInput: the file is not such a checkpoint.
    """
    model = LeNet()
    try:
        state = torch.load(checkpoint, map_location="cpu", weights_only=True)["state_dict"]
        prefix = "model."
        kept = {k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)}
        model.load_state_dict(kept)
    except (OSError, KeyError, RuntimeError, UnpicklingError) as error:
        raise BadInput(
            f"{checkpoint}: not a checkpoint of LeNet; make one with "
            "`dlcourse fit --config course/05_convolutions/lenet.yaml`"
        ) from error
    return Subject(
        model=model.eval(),
        first_layer="features.0",
        layers=("features.1", "features.2", "features.4", "features.5"),
        classes=[str(digit) for digit in range(10)],
        image=_digit,
        pixels=lambda x: ((x * STD + MEAN).clamp(0, 1).squeeze(1)).numpy(),
        images=lambda: _split(Digits(), "train"),
    )


def _digit(number: str) -> Tensor:
    images = _split(Digits(), "test")
    if not number.isdigit() or int(number) >= len(images):
        raise BadInput(f"image '{number}': LeNet looks at test digits, from 0 to {len(images) - 1}")
    return images[int(number)][None]  # (1, 1, 28, 28)


def _split(data: CifarSubset | Digits, split: str) -> Tensor:
    data.prepare_data()
    data.setup("fit")
    return data._splits[split][0]

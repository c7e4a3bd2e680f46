"""Weights of networks trained on ImageNet: SqueezeNet's ship, ResNet-18's come from torchvision."""

from __future__ import annotations

import hashlib
from typing import Literal

from torch import Tensor

from lightning_modules.datamodules.manifest import DATA_DIR, find
from lightning_modules.errors import BadInput, Unavailable

SHIPPED = "squeezenet1_1"

NetworkName = Literal["squeezenet1_1", "resnet18"]


def imagenet_weights(network: NetworkName) -> dict[str, Tensor]:
    """The state dict of `squeezenet1_1` or `resnet18`, with torchvision's keys.

    Raises:
        BadInput: the shipped file is missing or damaged.
        Unavailable: ResNet-18's weights are not on this machine and cannot be fetched.
    """
    return _shipped() if network == SHIPPED else _resnet18()


def _shipped() -> dict[str, Tensor]:
    from safetensors.torch import load

    dataset = find(SHIPPED)
    path = DATA_DIR / dataset.file
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}; restore it from git") from error
    if hashlib.sha256(raw).hexdigest() != dataset.sha256:
        raise BadInput(f"{path}: damaged (another checksum than published); restore it from git")
    return load(raw)


def _resnet18() -> dict[str, Tensor]:
    from torchvision.models import ResNet18_Weights

    try:
        return ResNet18_Weights.IMAGENET1K_V1.get_state_dict(progress=True, check_hash=True)
    except (OSError, RuntimeError) as error:  # no answer, or other bytes than published
        reason = getattr(error, "reason", None) or error
        raise Unavailable(
            f"resnet18: torchvision could not fetch its ImageNet weights ({reason}); "
            f"use network {SHIPPED}, whose weights ship with the course"
        ) from error


def imagenet_classes() -> list[str]:
    """The names of the 1,000 classes, in the order of the logits."""
    from torchvision.models import SqueezeNet1_1_Weights

    return list(SqueezeNet1_1_Weights.IMAGENET1K_V1.meta["categories"])

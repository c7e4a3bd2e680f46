"""What a U-Net knows from the side, and what from below: a part of a trained one is silenced."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lightning_modules.datamodules.scene_drawing import draw_scenes
from lightning_modules.datamodules.store import load
from lightning_modules.experiments.training import Measured
from lightning_modules.models.segmentation import UNet


def unet_parts(
    seed: int,
    silenced: Literal["nothing", "bottleneck", "skips"],
    scenes: int = 600,
    epochs: int = 5,
    tests: int = 300,
) -> Measured:
    """A small U-Net learns to segment noughts and fours; then zeros stand for what a part says.

    Args:
        seed: of the network, the scenes, their order.
        silenced: the part, in testing alone.
        scenes: to train on.
        epochs: of training.
        tests: scenes to test on.

    Returns:
        `found`, the IoU of digits against background, and `named`, the share of the digits' pixels
        found that get the right class.
    """
    torch.manual_seed(seed)
    images, masks = _scenes("train", scenes, seed)
    net = UNet(num_classes=3, widths=(8, 16, 32))
    steps = [rows for _ in range(epochs) for rows in torch.randperm(scenes).split(8)]
    optimizer = torch.optim.AdamW(net.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.02, total_steps=len(steps))
    weights = torch.tensor([0.3, 1, 1])  # the background has most of the pixels
    for rows in steps:
        optimizer.zero_grad()
        F.cross_entropy(net(images[rows]), masks[rows], weights).backward()
        optimizer.step()
        schedule.step()
    if silenced == "bottleneck":
        net.bottleneck.register_forward_hook(lambda module, x, y: torch.zeros_like(y))
    if silenced == "skips":
        for block in net.decoder:
            block.register_forward_pre_hook(_without_skip)
    images, masks = _scenes("test", tests, seed)
    with torch.no_grad():
        answer = net.eval()(images).argmax(dim=1)  # (N, H, W)
    both = (masks > 0) & (answer > 0)
    either = (masks > 0) | (answer > 0)
    named = (answer == masks)[both].double().mean() if both.any() else torch.zeros(())
    return Measured({"found": float(both.sum() / either.sum()), "named": float(named)})


def _without_skip(block: nn.Module, inputs: tuple[Tensor]) -> Tensor:
    """What a decoder's block reads: the unpooled map (N, C, H, W), and zeros for the encoder's."""
    from_below, from_the_side = inputs[0].chunk(2, dim=1)
    return torch.cat([from_below, torch.zeros_like(from_the_side)], dim=1)


def _scenes(split: str, count: int, seed: int) -> tuple[Tensor, Tensor]:
    """Images (N, 1, 40, 40) and the class of each pixel: 0 background, 1 nought, 2 four."""
    digits = {name: torch.from_numpy(array) for name, array in load("mnist_subset").items()}
    chosen = torch.isin(digits[f"{split}_labels"], torch.tensor([0, 4]))
    labels = (digits[f"{split}_labels"][chosen] == 4).long()
    images = digits[f"{split}_images"][chosen]
    drawn = draw_scenes(
        images, labels, count, seed, side=40, num_digits=(1, 2), scales=(0.7, 0.9), clutter=2
    )
    return drawn.images.float() / 255, drawn.masks.long()

"""Does a validation set predict the test? One drawn at random, and one held out by group."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from lightning_modules.datamodules.augmentation import colour, flip, translate
from lightning_modules.datamodules.cifar import normalise
from lightning_modules.datamodules.store import load
from lightning_modules.experiments.training import Measured
from lightning_modules.models.mlp import MLP


def validation_groups(
    seed: int,
    held_out: Literal["at random", "by group"],
    groups: int = 300,
    views: int = 8,
    epochs: int = 15,
    test_groups: int = 1000,
) -> Measured:
    """Photographs of which each is seen several times, a little moved and recoloured, as the frames
    of a film are. The test is on photographs that were never seen; a fifth is held out.

    Args:
        seed: of photographs, views, network.
        held_out: which views validate: a fifth of them, or all views of a fifth of the photographs.
        groups: photographs.
        views: of each.
        epochs: of training an MLP with 64 hidden units.
        test_groups: photographs to test on, one view each.

    Returns:
        `val_acc`, `test_acc`, and `optimism`, the first less the second.
    """
    torch.manual_seed(seed)
    arrays = load("cifar10_subset")
    order = torch.randperm(len(arrays["train_images"]))
    photographs = normalise(torch.from_numpy(arrays["train_images"]))[order]
    labels = torch.from_numpy(arrays["train_labels"]).long()[order]
    group = torch.arange(groups).repeat_interleave(views)  # (groups * views,)
    x, y = _views(photographs[group]), labels[group]
    rest = slice(groups, groups + test_groups)
    val = group < groups // 5 if held_out == "by group" else torch.rand(len(group)) < 0.2
    model = MLP(in_features=3 * 32 * 32, hidden=[64])
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    train_x, train_y = x[~val], y[~val]
    for _ in range(epochs):
        for rows in torch.randperm(len(train_y)).split(50):
            optimizer.zero_grad()
            F.cross_entropy(model(train_x[rows]), train_y[rows]).backward()
            optimizer.step()
    val_acc = _accuracy(model, x[val], y[val])
    test_acc = _accuracy(model, _views(photographs[rest]), labels[rest])
    return Measured({"val_acc": val_acc, "test_acc": test_acc, "optimism": val_acc - test_acc})


def _views(images: Tensor) -> Tensor:
    """Each image mirrored or not, moved by up to 2 pixels, its colours a little changed."""
    n = len(images)
    images = flip(images, torch.rand(n) < 0.5)
    images = translate(images, *torch.randint(-2, 3, (2, n)))
    factors = 1 + 0.2 * torch.randn(2, n)
    return colour(images, 0.2 * torch.randn(n), factors[0], factors[1])


@torch.no_grad()
def _accuracy(model: MLP, x: Tensor, y: Tensor) -> float:
    return float((model(x).argmax(dim=1) == y).double().mean())

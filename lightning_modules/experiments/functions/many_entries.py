"""How much of a leader's lead is luck? Equal entries, ranked on one half of the test images."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from lightning_modules.datamodules.store import load
from lightning_modules.experiments.training import Measured


def many_entries(
    seed: int, entries: int, filters: int = 32, train: int = 2000, half: int = 500
) -> Measured:
    """Entries by one method, ridge on what random patches answer, that differ in their patches.

    Args:
        seed: of the photographs' order and the patches.
        entries: how many are tried.
        filters: patches of an entry.
        train: photographs to train on.
        half: photographs of the public half, and of the private one.

    Returns:
        `public_lead` and `private_lead`, by which the best in public is above the mean of all
        entries there, and `fall`, the first less the second.
    """
    torch.manual_seed(seed)
    arrays = load("cifar10_subset")
    order = torch.randperm(len(arrays["train_images"]))[: train + 2 * half]
    images = torch.from_numpy(arrays["train_images"])[order].permute(0, 3, 1, 2).float() / 255 - 0.5
    labels = torch.from_numpy(arrays["train_labels"]).long()[order]
    right = torch.stack([_right(images, labels, filters, train) for _ in range(entries)])
    public, private = right[:, :half].mean(dim=1), right[:, half:].mean(dim=1)  # (entries,) each
    leader = public.argmax()
    leads = [float(part[leader] - part.mean()) for part in (public, private)]
    return Measured(
        {"public_lead": leads[0], "private_lead": leads[1], "fall": leads[0] - leads[1]}
    )


def _right(images: Tensor, labels: Tensor, filters: int, train: int) -> Tensor:
    """Which photographs after the first `train` a new entry gets right, as 0.0 or 1.0."""
    size, side = 6, images.shape[-1]
    chosen = torch.randint(train, (filters,)).tolist()
    corners = torch.randint(side - size + 1, (filters, 2)).tolist()
    patches = torch.stack(
        [
            images[k, :, r : r + size, c : c + size]
            for k, (r, c) in zip(chosen, corners, strict=True)
        ]
    )
    patches = patches - patches.mean(dim=(1, 2, 3), keepdim=True)
    maps = F.conv2d(images, F.normalize(patches.flatten(1)).view_as(patches), stride=3)
    both = torch.cat([F.relu(maps - 0.1), F.relu(-maps - 0.1)], dim=1)
    x = F.adaptive_avg_pool2d(both, 2).flatten(1)  # (N, 8 filters)
    x = (x - x[:train].mean(dim=0)) / (x[:train].std(dim=0) + 1e-6)
    seen, wanted = x[:train], F.one_hot(labels[:train], 10).float() - 0.1
    gram = seen.T @ seen / train + 0.01 * torch.eye(x.shape[1])
    scores = x[train:] @ torch.linalg.solve(gram, seen.T @ wanted / train)
    return (scores.argmax(dim=1) == labels[train:]).float()

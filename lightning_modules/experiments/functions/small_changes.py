"""What does a small change of every pixel cost a network, along its gradient and at random?"""

from __future__ import annotations

from typing import Literal

import torch
from torch.nn import functional as F

from lightning_modules.datamodules.digits import normalise
from lightning_modules.datamodules.store import load
from lightning_modules.experiments.training import Measured
from lightning_modules.models.lenet import LeNet


def small_changes(
    seed: int,
    direction: Literal["gradient", "random"],
    train: int = 3000,
    tests: int = 1000,
    epochs: int = 3,
    sizes: tuple[float, ...] = (0.0, 0.02, 0.05, 0.1, 0.15),
    asked: float = 0.1,
) -> Measured:
    """A LeNet learns digits, and is tested on digits of which each pixel was changed by one size.

    Args:
        seed: of the network, the order of the digits, the random signs.
        direction: whether a pixel goes where the loss rises, or either way by chance.
        train: digits to train on.
        tests: digits to test on.
        epochs: of training.
        sizes: of the change, where ink goes from 0 to 1.
        asked: the size of the metric.

    Returns:
        `test_acc` without a change, `changed_acc` after one of the size asked; accuracy by size.
    """
    torch.manual_seed(seed)
    arrays = {name: torch.from_numpy(array) for name, array in load("mnist_subset").items()}
    x, y = normalise(arrays["train_images"][:train]), arrays["train_labels"][:train].long()
    test_x, test_y = normalise(arrays["test_images"][:tests]), arrays["test_labels"][:tests].long()
    ink = float(normalise(torch.full((1, 28, 28), 255, dtype=torch.uint8)).max() - x.min())
    model = LeNet()
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    for _ in range(epochs):
        for rows in torch.randperm(train).split(50):
            optimizer.zero_grad()
            F.cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
    test_x.requires_grad_()
    (uphill,) = torch.autograd.grad(F.cross_entropy(model(test_x), test_y), test_x)
    signs = uphill.sign() if direction == "gradient" else torch.randn_like(uphill).sign()
    accuracies = []
    with torch.no_grad():
        for size in sizes:
            changed = (test_x + size * ink * signs).clamp(float(x.min()), float(x.max()))
            accuracies.append(float((model(changed).argmax(dim=1) == test_y).double().mean()))
    return Measured(
        {"changed_acc": accuracies[sizes.index(asked)], "test_acc": accuracies[0]},
        curves={"accuracy": (list(sizes), accuracies)},
    )

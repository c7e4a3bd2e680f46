"""Does early stopping find the epoch that the test set would have chosen?"""

from __future__ import annotations

import torch
from torch.nn import functional as F

from lightning_modules.datamodules.digits import normalise
from lightning_modules.datamodules.store import load
from lightning_modules.experiments.training import Measured
from lightning_modules.models.mlp import MLP


def early_stopping(
    seed: int,
    train_size: int = 500,
    val_size: int = 1000,
    epochs: int = 60,
    patience: int = 5,
    hidden: tuple[int, ...] = (512, 512),
) -> Measured:
    """Trains until it overfits, validates and tests after each epoch, and stops in hindsight.

    Args:
        seed: of the network, of the order of the digits, and of which are held out.
        train_size: digits to train on.
        val_size: digits that decide when to stop.
        epochs: of the whole training.
        patience: epochs without a lower validation loss after which it would have stopped.
        hidden: widths.

    Returns:
        `stopped` and `chosen_by_test`, epochs from 1; `regret`, the test loss at the epoch that is
        kept above the lowest; `gain`, the test loss of the last epoch above that of the kept one;
        `saved`, the share of the epochs that stopping saves; and the curves `val_loss`,
        `test_loss`.
    """
    torch.manual_seed(seed)
    arrays = load("mnist_subset")
    order = torch.randperm(len(arrays["train_images"]))
    images = normalise(torch.from_numpy(arrays["train_images"]))[order]
    labels = torch.from_numpy(arrays["train_labels"]).long()[order]
    test = normalise(torch.from_numpy(arrays["test_images"]))
    test_labels = torch.from_numpy(arrays["test_labels"]).long()
    held_out = slice(train_size, train_size + val_size)
    model = MLP(hidden=hidden)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    val, tests = [], []
    for _ in range(epochs):
        for rows in torch.randperm(train_size).split(50):
            optimizer.zero_grad()
            F.cross_entropy(model(images[rows]), labels[rows]).backward()
            optimizer.step()
        with torch.no_grad():
            val.append(float(F.cross_entropy(model(images[held_out]), labels[held_out])))
            tests.append(float(F.cross_entropy(model(test), test_labels)))
    kept, last = _stop(val, patience)
    numbers = [float(epoch) for epoch in range(1, epochs + 1)]
    return Measured(
        {
            "stopped": kept + 1,
            "chosen_by_test": tests.index(min(tests)) + 1,
            "regret": tests[kept] - min(tests),
            "gain": tests[-1] - tests[kept],
            "saved": 1 - (last + 1) / epochs,
        },
        {"val_loss": (numbers, val), "test_loss": (numbers, tests)},
    )


def _stop(losses: list[float], patience: int) -> tuple[int, int]:
    """Indices of the best epoch and of the last, once `patience` epochs brought nothing lower."""
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        elif epoch - best >= patience:
            return best, epoch
    return best, len(losses) - 1

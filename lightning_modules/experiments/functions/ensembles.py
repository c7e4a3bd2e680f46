"""How much better are the answers of several networks together?"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch.nn import functional as F

from lightning_modules.datamodules.digits import normalise
from lightning_modules.datamodules.store import load
from lightning_modules.experiments.training import Measured
from lightning_modules.models.mlp import MLP
from lightning_modules.seeding import mix


def ensembles(
    seed: int,
    sizes: Sequence[int],
    train_size: int = 4000,
    epochs: int = 8,
    batch_size: int = 50,
    hidden: Sequence[int] = (64,),
) -> Measured:
    """Trains as many MLPs on the same digits as the largest ensemble has members.

    They differ in their random start and in the order of the digits. An ensemble's answer is the
    mean of its first members' probabilities.

    Args:
        seed: of this group of members.
        sizes: of the ensembles.
        train_size: digits.
        epochs: of each member.
        batch_size: digits in a batch.
        hidden: widths.

    Returns:
        For each size M `accuracy_M` and `gain_M`, the accuracy above the mean of all single
        members, `loss_M`; `accuracy_1`, that mean; and the curve `accuracy` by M.
    """
    arrays = load("mnist_subset")
    images = normalise(torch.from_numpy(arrays["train_images"][:train_size]))
    labels = torch.from_numpy(arrays["train_labels"][:train_size]).long()
    tests = normalise(torch.from_numpy(arrays["test_images"]))
    test_labels = torch.from_numpy(arrays["test_labels"]).long()
    members = []
    for member in range(max(sizes)):
        torch.manual_seed(mix(seed, member))
        model = MLP(hidden=hidden)
        optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
        for _ in range(epochs):
            for rows in torch.randperm(train_size).split(batch_size):
                optimizer.zero_grad()
                F.cross_entropy(model(images[rows]), labels[rows]).backward()
                optimizer.step()
        with torch.no_grad():
            members.append(model(tests).softmax(dim=1))  # (N, C)
    answers = torch.stack(members)  # (M, N, C)
    singles = [_accuracy(answer, test_labels) for answer in answers]
    single = sum(singles) / len(singles)
    metrics = {"accuracy_1": single}
    for size in sizes:
        mean = answers[:size].mean(dim=0)
        accuracy = _accuracy(mean, test_labels)
        metrics |= {f"accuracy_{size}": accuracy, f"gain_{size}": accuracy - single}
        metrics[f"loss_{size}"] = float(F.nll_loss(mean.log(), test_labels))
    curve = [metrics[f"accuracy_{size}"] for size in sizes]
    return Measured(metrics, {"accuracy": ([1.0, *map(float, sizes)], [single, *curve])})


def _accuracy(probabilities: torch.Tensor, labels: torch.Tensor) -> float:
    return float((probabilities.argmax(dim=1) == labels).double().mean())

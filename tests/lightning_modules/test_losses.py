"""Losses of classifiers against torch's and loops; what counts as right."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from lightning_modules.errors import BadInput
from lightning_modules.tasks.classification import Classification
from lightning_modules.tasks.losses import LOSSES, correct, cross_entropy, hinge

Z = torch.randn(8, 5, generator=torch.Generator().manual_seed(0)) * 2
Y = torch.tensor([0, 1, 2, 3, 4, 0, 1, 2])


def slowly(name: str, z: list[float], y: int) -> float:
    """The formula of the docstring, one class at a time."""
    total = 0.0
    for c, score in enumerate(z):
        target = float(c == y)
        if name == "hinge":
            total += max(0.0, 1 + score - z[y]) if c != y else 0.0
        elif name == "squared_error":
            total += (score - target) ** 2
        elif name == "one_sided":
            total += max(0.0, 1 - score) ** 2 if c == y else max(0.0, score) ** 2
    return total


@pytest.mark.parametrize("name", ["hinge", "squared_error", "one_sided"])
def test_losses_are_their_formulas(name: str) -> None:
    expected = [slowly(name, z.tolist(), int(y)) for z, y in zip(Z, Y, strict=True)]
    torch.testing.assert_close(LOSSES[name](Z, Y), torch.tensor(expected))


def test_entropies_are_torchs() -> None:
    torch.testing.assert_close(cross_entropy(Z, Y).mean(), F.cross_entropy(Z, Y))
    smooth = F.cross_entropy(Z, Y, label_smoothing=0.1)
    torch.testing.assert_close(cross_entropy(Z, Y, 0.1).mean(), smooth)
    binary = F.binary_cross_entropy_with_logits(Z, F.one_hot(Y, 5).float()) * 5
    torch.testing.assert_close(LOSSES["binary_cross_entropy"](Z, Y).mean(), binary)


@pytest.mark.parametrize("name", sorted(set(LOSSES) - {"hinge"}))
def test_a_label_and_its_one_hot_target_cost_the_same(name: str) -> None:
    one_hot = F.one_hot(Y, 5).float()
    torch.testing.assert_close(LOSSES[name](Z, Y), LOSSES[name](Z, one_hot))


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_falls_and_takes_an_empty_batch(name: str) -> None:
    task = Classification(nn.Linear(6, 5), loss=name)  # type: ignore[arg-type]
    x = torch.randn(8, 6, generator=torch.Generator().manual_seed(1))
    before = task.batch_loss((x, Y))
    before.backward()
    with torch.no_grad():
        for parameter in task.parameters():
            parameter -= 0.01 * parameter.grad
    assert task.batch_loss((x, Y)) < before
    assert LOSSES[name](Z[:0], Y[:0]).shape == (0,)


def test_right_is_the_highest_score_or_all_classes_shown() -> None:
    scores = torch.tensor([[0.1, 0.9, 0.5], [0.7, 0.2, 0.1]])
    assert correct(scores, torch.tensor([1, 1])).tolist() == [True, False]
    assert correct(scores, torch.tensor([[0.0, 1, 1], [1, 0, 1]])).tolist() == [True, False]
    assert correct(scores, torch.tensor([[0.0, 1, 0], [1, 0, 0]])).tolist() == [True, True]


def test_bad_losses_say_what_is_right() -> None:
    with pytest.raises(BadInput, match="cross_entropy, hinge"):
        Classification(nn.Linear(2, 2), loss="hindge")  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="label_smoothing goes with loss cross_entropy"):
        Classification(nn.Linear(2, 2), loss="hinge", label_smoothing=0.1)
    with pytest.raises(BadInput, match="from 0 to 1"):
        Classification(nn.Linear(2, 2), label_smoothing=1.5)
    with pytest.raises(BadInput, match="one label"):
        hinge(Z, F.one_hot(Y, 5).float())

"""Capsules: squashing and routing against slow loops, the losses, images of several classes."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lightning_modules.errors import BadInput
from lightning_modules.models.capsules import CapsuleNet, route, squash
from lightning_modules.tasks.capsules import Capsules, margin_loss

SMALL = {"image_size": 13, "conv_channels": 6, "primary_types": 3, "primary_dim": 4, "class_dim": 5}


def small(**options: object) -> CapsuleNet:
    return CapsuleNet(**{**SMALL, "kernel_size": 5, "num_classes": 4, "decoder": (8,), **options})  # type: ignore[arg-type]


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), log_length=st.floats(-6, 2.5))
def test_squash_keeps_directions_and_shrinks_lengths_below_one(
    seed: int, log_length: float
) -> None:
    s = torch.randn(5, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    s = s / s.norm() * 10**log_length
    v = squash(s, eps=0.0)
    length = 10 ** (2 * log_length) / (1 + 10 ** (2 * log_length))
    assert 0 <= v.norm() < 1
    torch.testing.assert_close(v.norm().item(), length)
    torch.testing.assert_close(v / v.norm(), s / s.norm())


def test_a_capsule_of_zeros_has_a_gradient() -> None:
    s = torch.zeros(3, requires_grad=True)
    squash(s).sum().backward()
    assert s.grad is not None
    assert torch.isfinite(s.grad).all()


def route_slowly(votes: torch.Tensor, iterations: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Procedure 1 of the paper, one scalar at a time."""
    n, lower, upper, dim = votes.shape
    out, coupling = torch.zeros(n, upper, dim), torch.zeros(n, lower, upper)
    for example in range(n):
        b = [[0.0] * upper for _ in range(lower)]
        for _ in range(iterations):
            for i in range(lower):
                total = sum(math.exp(value) for value in b[i])
                for j in range(upper):
                    coupling[example, i, j] = math.exp(b[i][j]) / total
            for j in range(upper):
                s = sum(coupling[example, i, j] * votes[example, i, j] for i in range(lower))
                out[example, j] = squash(s)  # type: ignore[arg-type]
            for i in range(lower):
                for j in range(upper):
                    b[i][j] += float(votes[example, i, j] @ out[example, j])
    return out, coupling


@pytest.mark.parametrize("iterations", [1, 2, 3])
def test_routing_equals_the_slow_loop(iterations: int) -> None:
    torch.manual_seed(iterations)
    votes = torch.randn(2, 5, 3, 4)
    out, coupling = route(votes, iterations)
    expected, expected_coupling = route_slowly(votes, iterations)
    torch.testing.assert_close(out, expected)
    torch.testing.assert_close(coupling, expected_coupling)
    torch.testing.assert_close(coupling.sum(dim=2), torch.ones(2, 5))
    assert (out.norm(dim=2) < 1).all()


def test_votes_that_agree_draw_the_routing_to_them() -> None:
    votes = torch.randn(1, 6, 2, 4, generator=torch.Generator().manual_seed(0))
    votes[:, :, 0] = votes[:, :1, 0]  # all six say the same of the first capsule
    coupling = route(votes, 3)[1]
    assert coupling[0, :, 0].mean() > 0.6
    assert torch.equal(route(votes, 1)[1], torch.full((1, 6, 2), 0.5))


def test_the_margin_loss_by_hand() -> None:
    lengths = torch.tensor([[0.95, 0.05, 0.3], [0.5, 0.9, 0.0]])
    shown = torch.tensor([[1.0, 0.0, 0.0], [1.0, 1.0, 0.0]])
    expected = torch.tensor([0.5 * 0.2**2, 0.4**2])
    torch.testing.assert_close(margin_loss(lengths, shown), expected)


def test_parameter_counts_are_the_papers() -> None:
    def count(model: CapsuleNet) -> int:
        return sum(parameter.numel() for parameter in model.parameters())

    with torch.device("meta"):
        assert round(count(CapsuleNet()) / 1e6, 1) == 8.2
        assert round(count(CapsuleNet(decoder=())) / 1e6, 1) == 6.8


def test_the_decoder_hears_only_the_classes_shown() -> None:
    model = small()
    capsules = torch.randn(2, 4, 5)
    shown = torch.tensor([[0.0, 1.0, 0.0, 0.0], [1.0, 0.0, 0.0, 1.0]])
    others = capsules + (1 - shown[:, :, None]) * torch.randn(2, 4, 5)
    images = model.reconstruct(capsules, shown)
    assert images.shape == (2, 1, 13, 13)
    assert torch.equal(images, model.reconstruct(others, shown))
    assert not torch.equal(images, model.reconstruct(capsules * 1.1, shown))


def test_labels_and_their_one_hot_targets_give_the_same_loss() -> None:
    task = Capsules(small())
    images, labels = torch.randn(6, 1, 13, 13), torch.tensor([0, 1, 2, 3, 0, 1])
    one_hot = torch.nn.functional.one_hot(labels, 4).float()
    torch.testing.assert_close(
        task.losses_and_scores((images, labels)), task.losses_and_scores((images, one_hot))
    )


def test_it_memorises_images_of_two_classes() -> None:
    torch.manual_seed(0)
    task = Capsules(small(), reconstruction_weight=1e-4)
    images = torch.randn(6, 1, 13, 13)
    pairs = torch.tensor([[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]])
    targets = torch.zeros(6, 4).scatter(1, pairs, 1.0)
    optimizer = torch.optim.Adam(task.parameters(), lr=1e-2)
    for _ in range(80):
        optimizer.zero_grad()
        task.batch_loss((images, targets)).backward()
        optimizer.step()
    task.validation_step((images, targets), 0)
    assert task.val_metrics["acc"].compute() == 1.0
    assert all(parameter.grad is not None for parameter in task.parameters())


@pytest.mark.parametrize(
    ("decoder", "weight", "message"),
    [((), 1e-4, "decoder"), ((8,), 0.0, "must have none"), ((8,), -1.0, "at least 0")],
)
def test_decoder_and_reconstruction_go_together(
    decoder: tuple[int, ...], weight: float, message: str
) -> None:
    with pytest.raises(BadInput, match=message):
        Capsules(small(decoder=decoder), reconstruction_weight=weight)


def test_impossible_sizes_are_refused() -> None:
    with pytest.raises(BadInput, match="image_size 13"):
        small(kernel_size=9)
    with pytest.raises(BadInput, match="iterations is 0"):
        small(iterations=0)

"""The optimizers written out, against torch's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.optim import Optimizer

from lightning_modules.optim import teaching as ours

PAIRS: dict[str, tuple[Callable[..., Optimizer], Callable[..., Optimizer], dict[str, Any]]] = {
    "descent": (ours.GradientDescent, torch.optim.SGD, {}),
    "momentum": (ours.Momentum, lambda p, **k: torch.optim.SGD(p, momentum=0.9, **k), {}),
    "nesterov": (
        ours.Nesterov,
        lambda p, **k: torch.optim.SGD(p, momentum=0.9, nesterov=True, **k),
        {},
    ),
    "adagrad": (ours.AdaGrad, torch.optim.Adagrad, {}),
    "rmsprop": (ours.RMSprop, torch.optim.RMSprop, {}),
    "adam": (ours.Adam, torch.optim.Adam, {}),
}


def descend(build: Callable[..., Optimizer], seed: int, **options: float) -> list[torch.Tensor]:
    """Parameters after each of 30 steps on a random quadratic, in double precision."""
    generator = torch.Generator().manual_seed(seed)
    a = torch.randn(4, 6, generator=generator, dtype=torch.float64)
    b = torch.randn(4, generator=generator, dtype=torch.float64)
    w = nn.Parameter(torch.randn(6, generator=generator, dtype=torch.float64))
    unused = nn.Parameter(torch.ones(2))
    optimizer = build([w, unused], **options)
    path = []
    for _ in range(30):
        optimizer.zero_grad()
        ((a @ w - b) ** 2).mean().backward()
        optimizer.step()
        path.append(w.detach().clone())
    assert torch.equal(unused, torch.ones(2))
    return path


@pytest.mark.parametrize("name", PAIRS)
@settings(max_examples=6, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    lr=st.floats(1e-4, 0.05),
    weight_decay=st.sampled_from([0.0, 1e-3, 0.1]),
)
def test_equal_to_torchs(name: str, seed: int, lr: float, weight_decay: float) -> None:
    ours_, torchs, options = PAIRS[name]
    found = descend(ours_, seed, lr=lr, weight_decay=weight_decay, **options)
    expected = descend(torchs, seed, lr=lr, weight_decay=weight_decay, **options)
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", PAIRS)
def test_a_saved_state_goes_on_as_if_never_saved(name: str) -> None:
    build = PAIRS[name][0]
    torch.manual_seed(0)
    gradients = torch.randn(6, 3)
    whole, half = nn.Parameter(torch.ones(3)), nn.Parameter(torch.ones(3))
    one, other = build([whole], lr=0.01), build([half], lr=0.01)
    for step, gradient in enumerate(gradients):
        if step == 3:
            saved = other.state_dict()
            other = build([half], lr=0.5)
            other.load_state_dict(saved)
        for parameter, optimizer in ((whole, one), (half, other)):
            parameter.grad = gradient.clone()
            optimizer.step()
    assert torch.equal(whole, half)


def test_a_schedule_moves_the_rate() -> None:
    w = nn.Parameter(torch.zeros(1))
    optimizer = ours.GradientDescent([w], lr=1.0)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.1)
    for _ in range(3):
        w.grad = torch.ones(1)
        optimizer.step()
        schedule.step()
    assert w.item() == pytest.approx(-1.11)


def test_negative_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="lr is -1"):
        ours.Adam([nn.Parameter(torch.zeros(1))], lr=-1)

"""Optimizers and schedules by name, against torch's own."""

from __future__ import annotations

import math
from typing import get_args

import pytest
import torch
from torch import nn

from lightning_modules.errors import BadInput
from lightning_modules.optim.by_name import (
    OptimizerName,
    ScheduleName,
    build_optimizer,
    build_schedule,
)


def rates(name: str, total_steps: int = 40, **options: float) -> list[float]:
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.5)
    schedule = build_schedule(name, optimizer, total_steps, **options)  # type: ignore[arg-type]
    found = []
    for _ in range(total_steps):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return found


@pytest.mark.parametrize("name", [name for name in get_args(OptimizerName) if name != "Muon"])
def test_every_optimizer_is_torchs(name: str) -> None:
    parameter = nn.Parameter(torch.zeros(1))
    built = build_optimizer(name, [parameter], 0.01, weight_decay=0.1)
    assert type(built) is getattr(torch.optim, name)
    assert built.param_groups[0]["lr"] == 0.01
    assert built.param_groups[0]["weight_decay"] == 0.1


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("Sgd", {}, "SGD, Adam"),
        ("SGD", {"momentm": 0.9}, "momentum, dampening"),
        ("SGD", {"lr": 0.9}, "optimizer_args.lr"),
        ("SGD", {"momentum": -1.0}, "momentum"),
    ],
)
def test_wrong_names_and_values_say_what_is_right(name: str, options: dict, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        build_optimizer(name, [nn.Parameter(torch.zeros(1))], 0.1, **options)
    with pytest.raises(BadInput, match="one_cycle"):
        rates("onecycle")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"warmup_steps": -1}, "warmup_steps is -1; it must be a number of at least 0"),
        ({"pct_start": 1.5}, "pct_start is 1.5; it must be a number from 0 to 1"),
        ({"step_size": 0}, "step_size is 0; it must be a number of at least 1"),
        ({"gamma": "half"}, "gamma is half"),
        ({"gamma": math.nan}, "gamma is nan"),
    ],
)
def test_options_of_schedules_out_of_range_are_refused(options: dict, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        rates("constant", **options)


def test_constant_and_warmup() -> None:
    assert rates("constant") == [0.5] * 40
    warm = rates("warmup", warmup_steps=10)
    assert warm[:10] == pytest.approx([0.05 * (step + 1) for step in range(10)])
    assert warm[10:] == [0.5] * 30


def test_linear_falls_evenly_after_the_rise() -> None:
    found = rates("linear", warmup_steps=8)
    assert found[0] == pytest.approx(0.5 / 8)
    assert found[8:] == pytest.approx([0.5 * (1 - step / 32) for step in range(32)])


def test_cosine_follows_its_formula_after_the_rise() -> None:
    found = rates("cosine", warmup_steps=8)
    expected = [0.25 * (1 + math.cos(math.pi * step / 32)) for step in range(32)]
    assert found[8:] == pytest.approx(expected)
    assert found[0] == pytest.approx(0.5 / 8)


def test_step_drops_by_gamma() -> None:
    assert rates("step", step_size=15, gamma=0.1) == pytest.approx(
        [0.5] * 15 + [0.05] * 15 + [0.005] * 10
    )


def test_one_cycle_peaks_at_the_rate_and_uses_all_steps() -> None:
    found = rates("one_cycle", pct_start=0.25)
    assert max(found) == pytest.approx(0.5)
    assert found.index(max(found)) == 9
    assert found[-1] < 1e-4 * 0.5


def test_all_schedules_are_tested() -> None:
    tested = {"constant", "warmup", "linear", "cosine", "step", "one_cycle"}
    assert set(get_args(ScheduleName)) == tested

"""Does a validation set predict the future? One drawn at random, and the last months."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from lightning_modules.datamodules.series import FIRST_YEAR, MONTHS, windows
from lightning_modules.datamodules.store import load
from lightning_modules.experiments.training import Measured


def time_split(
    seed: int,
    held_out: Literal["at random", "by time"],
    context: int = 132,
    horizon: int = 24,
    neighbours: int = 5,
    test_year: int = 1964,
    share: float = 0.8,
) -> Measured:
    """Sunspots, forecast by looking up: the mean future of those pasts that were most alike.

    Args:
        seed: of the windows that are kept, and of those that validate at random.
        held_out: which quarter of the windows before the test validates.
        context: months to forecast from.
        horizon: months to forecast.
        neighbours: pasts that are looked up.
        test_year: where the test begins; futures before it are trained on and validated.
        share: of the windows before the test that are kept, so that seeds differ.

    Returns:
        `val_error` and `test_error`, root mean squares, and `optimism`, the second less the first.
    """
    torch.manual_seed(seed)
    series = torch.from_numpy(load("sunspots")["months"]).double()
    past, future = windows(series, context, horizon)
    begins = torch.arange(len(past)) + context  # the month with which each future begins
    test_month = MONTHS * (test_year - FIRST_YEAR)
    test = begins >= test_month
    kept = (begins + horizon <= test_month) & (torch.rand(len(past)) < share)
    if held_out == "at random":
        val = kept & (torch.rand(len(past)) < 0.25)
        train = kept & ~val
    else:
        first = begins[kept].double().quantile(0.75)
        val = kept & (begins >= first)
        train = kept & (begins + horizon <= first)
    errors = [
        _error(past[train], future[train], past[of], future[of], neighbours) for of in (val, test)
    ]
    return Measured(
        {"val_error": errors[0], "test_error": errors[1], "optimism": errors[1] - errors[0]}
    )


def _error(past: Tensor, future: Tensor, asked: Tensor, truth: Tensor, neighbours: int) -> float:
    """Root mean squared error where the mean future of the nearest pasts is the forecast."""
    nearest = torch.cdist(asked, past).topk(neighbours, largest=False).indices  # (M, k)
    return float((future[nearest].mean(dim=1) - truth).square().mean().sqrt())

"""Sunspots: a window of the past, and the months that follow it."""

from __future__ import annotations

import torch
from torch import Tensor

from lightning_modules.datamodules.in_memory import InMemory, Splits
from lightning_modules.datamodules.store import load
from lightning_modules.errors import BadInput

FIRST_YEAR = 1749
MONTHS = 12
CYCLE = 11 * MONTHS  # months between two maxima of the sun's activity, about


def windows(series: Tensor, context: int, horizon: int) -> tuple[Tensor, Tensor]:
    """Every stretch of `context + horizon` values, cut in two.

    Args:
        series: (n,).
        context: T, values to forecast from.
        horizon: H, values to forecast.

    Returns:
        Pasts (N, T) and futures (N, H) with N = n - T - H + 1; the i-th future begins at i + T.
    """
    stretches = series.unfold(0, context + horizon, 1)  # (N, T + H)
    return stretches[:, :context].contiguous(), stretches[:, context:].contiguous()


class Sunspots(InMemory):
    """Monthly sunspot numbers, 1749 to 2008, split by time.

    Futures of the training windows end before `val_year`, those of validation lie between it and
    `test_year`, those of testing after: nothing is trained on that comes after what is tested, and
    no month to be forecast is in two splits. Pasts may reach back into the split before.

    Args:
        batch_size: windows a step, over all processes together.
        context: months to forecast from; at least a cycle of 132, which a baseline looks back.
        horizon: months to forecast.
        val_year: first year of validation.
        test_year: first year of testing.
    """

    def __init__(
        self,
        batch_size: int = 64,
        context: int = 2 * CYCLE,
        horizon: int = 24,
        val_year: int = 1920,
        test_year: int = 1964,
    ) -> None:
        super().__init__("sunspots", batch_size)
        if context < CYCLE or horizon < 1:
            raise BadInput(
                f"data.context is {context}, data.horizon {horizon}; "
                f"they must be at least {CYCLE} and 1"
            )
        self.context, self.horizon = context, horizon
        self.val_year, self.test_year = val_year, test_year

    def _load(self) -> Splits:
        series = torch.from_numpy(load("sunspots")["months"])
        val, test = (MONTHS * (year - FIRST_YEAR) for year in (self.val_year, self.test_year))
        shortest = self.context + self.horizon
        if not shortest <= val <= test - self.horizon <= len(series) - 2 * self.horizon:
            raise BadInput(
                f"data.val_year is {self.val_year}, data.test_year {self.test_year}; each split "
                f"needs {self.horizon} months, training {shortest}"
            )
        bounds = {"train": (0, val), "val": (val - self.context, test)}
        bounds["test"] = (test - self.context, len(series))
        return {
            split: windows(series[start:end], self.context, self.horizon)
            for split, (start, end) in bounds.items()
        }

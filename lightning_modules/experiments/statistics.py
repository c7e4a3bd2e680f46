"""Means with intervals, paired comparisons, equivalence, and correction for many claims at once.

SciPy and statsmodels do the work; what is ours is what happens where nothing varies at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats
from statsmodels.stats.multitest import multipletests

LEVEL = 0.05


@dataclass(frozen=True)
class Estimate:
    """A mean over `n` values and its 95 % t interval."""

    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Comparison:
    """What paired differences say.

    Args:
        difference: their mean and interval.
        p_more: of "not more than `by`", two-sided.
        p_less: of "not less than `by`", two-sided.
        p_differs: of "no difference", two-sided.
        p_equivalent: of "a difference of at least `smallest`, one way or the other" (TOST).
    """

    difference: Estimate
    p_more: float
    p_less: float
    p_differs: float
    p_equivalent: float


def estimate(values: Sequence[float]) -> Estimate:
    """The mean of `values` and its 95 % t interval, which is that mean where all are the same."""
    x = np.asarray(values, dtype=float)
    mean, sem = float(x.mean()), float(stats.sem(x)) if len(x) > 1 else np.inf
    if _constant(x):
        return Estimate(mean, mean, mean, len(x))
    low, high = stats.t.interval(1 - LEVEL, len(x) - 1, loc=mean, scale=sem)
    return Estimate(mean, float(low), float(high), len(x))


def compare(differences: Sequence[float], smallest: float, by: float = 0.0) -> Comparison:
    """Judges paired differences, one for each seed.

    Args:
        differences: at least two.
        smallest: the smallest difference that matters, at least 0.
        by: what a difference is held against.

    Raises:
        ValueError: fewer than two.
    """
    x = np.asarray(differences, dtype=float)
    if len(x) < 2:
        raise ValueError("an interval needs at least two pairs")
    return Comparison(
        difference=estimate(differences),
        p_more=min(1.0, 2 * _p_greater(x, by)),
        p_less=min(1.0, 2 * _p_greater(-x, -by)),
        p_differs=min(1.0, 2 * min(_p_greater(x, 0.0), _p_greater(-x, 0.0))),
        p_equivalent=max(_p_greater(x, -smallest), _p_greater(-x, -smallest)),
    )


def holm(p_values: Sequence[float]) -> list[float]:
    """p values corrected for their number, so that any is wrong with 5 % at most (Holm 1979)."""
    if len(p_values) < 2:  # nothing to correct; statsmodels would collect garbage, a slow thing
        return list(p_values)
    return [float(p) for p in multipletests(p_values, alpha=LEVEL, method="holm")[1]]


def _constant(x: np.ndarray) -> bool:
    """Whether all values are the same, but for what subtracting rounded numbers leaves."""
    return len(x) > 1 and bool(np.ptp(x) <= 1e-9 * np.abs(x).max())


def _p_greater(x: np.ndarray, bound: float) -> float:
    """One-sided p of "the mean is at most `bound`"."""
    if _constant(x):  # no noise: a difference is there or it is not
        return 0.0 if x[0] > bound else 1.0
    return float(stats.ttest_1samp(x, bound, alternative="greater").pvalue)

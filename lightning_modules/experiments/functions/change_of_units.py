"""What least squares and ridge predict once a feature is measured in other units."""

from __future__ import annotations

from typing import Literal

import numpy as np

from lightning_modules.datamodules.store import load
from lightning_modules.datamodules.tabular import TARGETS, features_and_target
from lightning_modules.experiments.training import Measured


def change_of_units(
    seed: int,
    method: Literal["least squares", "ridge", "ridge, standardised"],
    factor: float = 1e-3,
    lam: float = 100.0,
    num_train: int = 300,
) -> Measured:
    """Fits the progress of diabetes twice, the second time with one feature in larger units.

    Ridge is `(X'X + lam I)^-1 X'y` on centred columns.

    Args:
        seed: draws the rows to fit and the feature that is rescaled.
        method: how to fit.
        factor: what the feature is multiplied by.
        lam: strength of the penalty.
        num_train: rows to fit; predictions are for the others.

    Returns:
        `moved`, the root mean squared change of the predictions over their standard deviation.
    """
    rng = np.random.default_rng(seed)
    features, target, _ = features_and_target(load("diabetes"), TARGETS["diabetes"])
    x, y = features.numpy(), target.numpy()
    order = rng.permutation(len(x))
    fit, rest = order[:num_train], order[num_train:]
    rescaled = x.copy()
    rescaled[:, rng.integers(x.shape[1])] *= factor
    before, after = (_predictions(a[fit], y[fit], a[rest], method, lam) for a in (x, rescaled))
    return Measured({"moved": float(np.sqrt(np.mean((after - before) ** 2)) / before.std())})


def _predictions(
    x: np.ndarray, y: np.ndarray, others: np.ndarray, method: str, lam: float
) -> np.ndarray:
    mean, scale = x.mean(axis=0), x.std(axis=0) if method == "ridge, standardised" else 1.0
    a = (x - mean) / scale
    penalty = 0.0 if method == "least squares" else lam
    beta = np.linalg.solve(a.T @ a + penalty * np.eye(a.shape[1]), a.T @ (y - y.mean()))
    return (others - mean) / scale @ beta + y.mean()

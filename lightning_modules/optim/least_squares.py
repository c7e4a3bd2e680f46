"""Linear regression without a network: formulas where there are some, proximal descent for lasso.

Inputs X (N, D) and outputs y (N,), of one floating type. The intercept b is never penalised, so it
drops out where both are centred: b = mean(y) - mean(X) w. Solutions are pairs (w (D,), b ()).
"""

from __future__ import annotations

import torch
from torch import Tensor

from lightning_modules.regularization.l1 import soft_threshold

Solution = tuple[Tensor, Tensor]


def _centred(X: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    return X - X.mean(dim=0), y - y.mean()


def _with_intercept(w: Tensor, X: Tensor, y: Tensor) -> Solution:
    return w, y.mean() - X.mean(dim=0) @ w


def fit_least_squares(X: Tensor, y: Tensor) -> Solution:
    """Minimises `|y - b - X w|^2` by the pseudo-inverse: of all minima the one of least norm."""
    centred_X, centred_y = _centred(X, y)
    return _with_intercept(torch.linalg.pinv(centred_X) @ centred_y, X, y)


def fit_ridge(X: Tensor, y: Tensor, lam: float) -> Solution:
    """Minimises `mean (y - b - X w)^2 + lam |w|^2`: `(X'X / N + lam I) w = X'y / N`.

    Hoerl and Kennard (1970); the same as descent on the mean squared error with the callback `L2`.
    Solved by Cholesky factors: for lam > 0 the matrix is positive definite.
    """
    centred_X, centred_y = _centred(X, y)
    gram = centred_X.T @ centred_X / len(X)  # (D, D)
    gram.diagonal().add_(lam)
    right = centred_X.T @ centred_y / len(X)  # (D,)
    w = torch.cholesky_solve(right[:, None], torch.linalg.cholesky(gram)).squeeze(1)  # (D,)
    return _with_intercept(w, X, y)


def fit_lasso(
    X: Tensor, y: Tensor, lam: float, num_steps: int = 1000, accelerate: bool = True
) -> Solution:
    """Minimises `mean (y - b - X w)^2 + lam |w|_1` (Tibshirani 1996) by proximal descent.

    Each step descends on the mean square, at 1 / its largest curvature, then soft-thresholds. That
    is ISTA, and what the callback `L1` does; its error falls as 1 / t. With `accelerate` it looks
    ahead as Nesterov does: FISTA, 1 / t^2 (A. Beck and M. Teboulle, "A fast iterative
    shrinkage-thresholding algorithm", 2009).
    """
    centred_X, centred_y = _centred(X, y)
    rate = len(X) / (2 * float(torch.linalg.matrix_norm(centred_X, ord=2)) ** 2)
    w = torch.zeros_like(X[0])  # (D,)
    ahead, t = w, 1.0
    for _ in range(num_steps):
        gradient = 2 * centred_X.T @ (centred_X @ ahead - centred_y) / len(X)  # (D,)
        previous, w = w, soft_threshold(ahead - rate * gradient, rate * lam)
        next_t = (1 + (1 + 4 * t**2) ** 0.5) / 2 if accelerate else 1.0
        ahead = w + (t - 1) / next_t * (w - previous)
        t = next_t
    return _with_intercept(w, X, y)

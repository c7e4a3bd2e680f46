"""What theory says of the spread of least squares' coefficients, beside repeated sampling."""

from __future__ import annotations

import numpy as np
from scipy import stats

from lightning_modules.experiments.training import Measured


def coefficient_covariance(
    seed: int, num_examples: int = 40, num_features: int = 3, draws: int = 20_000
) -> Measured:
    """Fixed X, correlated features, fresh Gaussian noise in each draw of y.

    `Cov(beta) = sigma^2 (X'X)^-1`, and with sigma estimated from the residuals an interval of
    Student's t with N - D - 1 degrees of freedom covers the true coefficient in 95 % of the draws.
    Then the last feature is repeated: X'X is singular, and two solutions are compared.

    Args:
        seed: of X, beta and the noise.
        num_examples: N.
        num_features: D; an intercept comes beside them.
        draws: of y.

    Returns:
        `variance`, the sampled variances over the formula's, a mean over coefficients;
        `coverage` of the intervals; `correlation` of the estimates of sigma and of a coefficient;
        `coefficients` and `fits`, the largest differences between two least-squares solutions of
        the rank-deficient problem.
    """
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(num_examples, num_features)) + rng.normal(size=(num_examples, 1))
    x = np.column_stack([np.ones(num_examples), x])
    beta = rng.normal(size=num_features + 1)
    y = x @ beta + rng.normal(size=(draws, num_examples))  # sigma is 1
    inverse = np.linalg.inv(x.T @ x)
    estimates = y @ x @ inverse  # (draws, D + 1)
    freedom = num_examples - num_features - 1
    sigma = np.sqrt(np.square(y - estimates @ x.T).sum(axis=1) / freedom)  # (draws,)
    half = stats.t.ppf(0.975, freedom) * sigma[:, None] * np.sqrt(np.diag(inverse))
    covered = np.abs(estimates - beta) <= half

    doubled = np.column_stack([x, x[:, -1]])
    least = np.linalg.pinv(doubled) @ y[0]  # of smallest norm: shares the weight of the twins
    one = np.append(estimates[0], 0.0)  # leaves it all to the first
    return Measured(
        {
            "variance": float(np.mean(estimates.var(axis=0) / np.diag(inverse))),
            "coverage": float(covered.mean()),
            "correlation": float(np.corrcoef(sigma, estimates[:, -1])[0, 1]),
            "coefficients": float(np.abs(least - one).max()),
            "fits": float(np.abs(doubled @ (least - one)).max()),
        }
    )

"""The lasso on its active features alone; Python sums; the gradient for ridge."""

import numpy as np


def _ones(X):
    return np.concatenate([np.full((len(X), 1), 1), X], axis=1)


def _pinv(A):
    """The pseudo-inverse as the limit of ridge, in the form that is smaller."""
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    inverse = np.array([1 / v if v > 1e-9 * s.max() else 0 for v in s])
    return Vt.T * inverse @ U.T


def fit_least_squares(X, y):
    return _pinv(_ones(X)) @ y


def hat_matrix(X):
    A = _ones(X)
    return np.column_stack([A @ (_pinv(A) @ unit) for unit in np.eye(len(X))])


def coefficient_covariance(X, sigma2):
    weights = _pinv(_ones(X))
    return sum(sigma2 * np.outer(column, column) for column in weights.T)


def fit_ridge(X, y, lam):
    """Conjugate gradients on the normal equations, to the end."""
    A = _ones(X)
    diagonal = np.array([0.0] + [lam] * X.shape[1])
    beta = np.zeros(A.shape[1])
    r = A.T @ y
    p = r.copy()
    for _ in range(40 * len(beta)):
        if r @ r < 1e-26:
            break
        q = A.T @ (A @ p) + diagonal * p
        step = (r @ r) / (p @ q)
        beta = beta + step * p
        r_next = r - step * q
        p = r_next + (r_next @ r_next) / (r @ r) * p
        r = r_next
    return beta


def soft_threshold(x, t):
    out = np.zeros_like(x, dtype=float)
    out[x > t] = x[x > t] - t
    out[x < -t] = x[x < -t] + t
    return out


def fit_lasso(X, y, lam, num_steps=1000):
    """Guess signs, solve for the active slopes, check the conditions; every pattern is tried."""
    import itertools

    n, d = X.shape
    mean = X.mean(axis=0)
    Q = (X - mean).T @ (X - mean) / n
    q = (X - mean).T @ (y - y.mean()) / n
    best = None
    for signs in itertools.product((-1, 0, 1), repeat=d):
        s = np.array(signs)
        active = s != 0
        b = np.zeros(d)
        if active.any():
            b[active] = np.linalg.solve(Q[np.ix_(active, active)], q[active] - lam * s[active])
        if (np.sign(b) == s).all() and (np.abs(q - Q @ b) <= lam + 1e-9).all():
            best = b
            break
    return np.append(y.mean() - mean @ best, best)


def polynomial_features(x, degree):
    columns, power = [], 1.0
    for _ in range(degree):
        power = power * x
        columns.append(power)
    return np.transpose(columns)

"""Entries beyond t stay.

task: soft_threshold
says: hard thresholding
"""

import numpy as np


def soft_threshold(x, t):
    return np.where(np.abs(x) > t, x, 0.0)


def fit_lasso(X, y, lam, num_steps=1000):
    def shrink(x, t):
        return np.sign(x) * np.maximum(np.abs(x) - t, 0.0)

    centre = X.mean(axis=0)
    Xc, yc, b = X - centre, y - y.mean(), np.zeros(X.shape[1])
    rate = len(y) / np.linalg.norm(Xc, 2) ** 2
    for _ in range(num_steps):
        b = shrink(b + rate * Xc.T @ (yc - Xc @ b) / len(y), rate * lam)
    return np.append(y.mean() - centre @ b, b)

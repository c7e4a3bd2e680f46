"""The caller's targets are centred.

task: fit_lasso
says: y was changed
"""

import numpy as np


def fit_lasso(X, y, lam, num_steps=1000):
    centre, mean = X.mean(axis=0), y.mean()
    y -= mean
    Xc, b = X - centre, np.zeros(X.shape[1])
    rate = len(y) / np.linalg.norm(Xc, 2) ** 2
    for _ in range(num_steps):
        b = soft_threshold(b - rate * Xc.T @ (Xc @ b - y) / len(y), rate * lam)
    return np.append(mean - centre @ b, b)

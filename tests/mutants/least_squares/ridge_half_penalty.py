"""The penalty has a factor 1/2.

task: fit_ridge
says: lam is halved
"""

import numpy as np


def fit_ridge(X, y, lam):
    A = np.column_stack([np.ones(len(X)), X])
    penalty = lam / 2 * np.diag([0.0] + [1.0] * X.shape[1])
    return np.linalg.solve(A.T @ A + penalty, A.T @ y)

"""The mean of squares is minimised.

task: fit_ridge
says: not multiplied by N
"""

import numpy as np


def fit_ridge(X, y, lam):
    A = np.column_stack([np.ones(len(X)), X])
    penalty = lam * len(X) * np.diag([0.0] + [1.0] * X.shape[1])
    return np.linalg.solve(A.T @ A + penalty, A.T @ y)

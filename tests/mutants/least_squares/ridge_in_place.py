"""The caller's arrays are centred.

task: fit_ridge
says: X was changed
"""

import numpy as np


def fit_ridge(X, y, lam):
    means, mean = X.mean(axis=0), y.mean()
    X -= means
    b = np.linalg.solve(X.T @ X + lam * np.eye(X.shape[1]), X.T @ (y - mean))
    return np.append(mean - means @ b, b)

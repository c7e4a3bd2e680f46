"""The caller's arrays are centred.

task: fit_least_squares
says: X was changed
"""

import numpy as np


def fit_least_squares(X, y):
    beta = np.linalg.pinv(np.column_stack([np.ones(len(X)), X])) @ y
    X -= X.mean(axis=0)
    return beta

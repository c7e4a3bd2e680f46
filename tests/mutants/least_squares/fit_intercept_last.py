"""The column of ones comes last.

task: fit_least_squares
says: intercept comes last
"""

import numpy as np


def fit_least_squares(X, y):
    return np.linalg.pinv(np.column_stack([X, np.ones(len(X))])) @ y

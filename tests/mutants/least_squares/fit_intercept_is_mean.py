"""The intercept is taken for the mean of y.

task: fit_least_squares
says: centred X only
"""

import numpy as np


def fit_least_squares(X, y):
    b = np.linalg.pinv(X - X.mean(axis=0)) @ (y - y.mean())
    return np.append(y.mean(), b)

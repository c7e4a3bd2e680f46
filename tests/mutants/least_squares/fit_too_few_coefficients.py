"""No intercept at all.

task: fit_least_squares
says: beta has shape
"""

import numpy as np


def fit_least_squares(X, y):
    return np.linalg.pinv(X) @ y

"""The column of ones is forgotten, and 0 put in for the intercept.

task: fit_least_squares
says: needs a column of ones
"""

import numpy as np


def fit_least_squares(X, y):
    return np.append(0.0, np.linalg.pinv(X) @ y)

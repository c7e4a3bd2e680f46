"""The shortest slopes are chosen, and the intercept afterwards.

task: fit_least_squares
says: includes the intercept
"""

import numpy as np


def fit_least_squares(X, y):
    b = np.linalg.pinv(X - X.mean(axis=0)) @ (y - y.mean())
    return np.append(y.mean() - X.mean(axis=0) @ b, b)

"""A.T @ A is averaged.

task: coefficient_covariance
says: N times too large
"""

import numpy as np


def coefficient_covariance(X, sigma2):
    A = np.column_stack([np.ones(len(X)), X])
    return sigma2 * np.linalg.inv(A.T @ A / len(X))

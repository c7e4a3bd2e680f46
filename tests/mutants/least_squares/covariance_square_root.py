"""The square root of sigma2 is taken.

task: coefficient_covariance
says: no square root
"""

import numpy as np


def coefficient_covariance(X, sigma2):
    A = np.column_stack([np.ones(len(X)), X])
    return np.sqrt(sigma2) * np.linalg.inv(A.T @ A)

"""sigma2 is squared, as if it were a deviation.

task: coefficient_covariance
says: do not square
"""

import numpy as np


def coefficient_covariance(X, sigma2):
    A = np.column_stack([np.ones(len(X)), X])
    return sigma2**2 * np.linalg.inv(A.T @ A)

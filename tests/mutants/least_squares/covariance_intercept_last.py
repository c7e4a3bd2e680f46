"""The column of ones comes last.

task: coefficient_covariance
says: intercept comes last
"""

import numpy as np


def coefficient_covariance(X, sigma2):
    A = np.column_stack([X, np.ones(len(X))])
    return sigma2 * np.linalg.inv(A.T @ A)

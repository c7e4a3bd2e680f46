"""sigma2 is not used.

task: coefficient_covariance
says: sigma2 is missing
"""

import numpy as np


def coefficient_covariance(X, sigma2):
    A = np.column_stack([np.ones(len(X)), X])
    return np.linalg.inv(A.T @ A)

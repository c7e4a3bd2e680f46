"""Slopes only.

task: coefficient_covariance
says: shape
"""

import numpy as np


def coefficient_covariance(X, sigma2):
    return sigma2 * np.linalg.inv(X.T @ X)

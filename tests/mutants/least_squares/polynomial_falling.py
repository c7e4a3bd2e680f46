"""Highest power first.

task: polynomial_features
says: falling order
"""

import numpy as np


def polynomial_features(x, degree):
    return np.vander(x, degree + 1)[:, :-1]

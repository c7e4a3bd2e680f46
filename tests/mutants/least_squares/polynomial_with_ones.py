"""A column of ones is included.

task: polynomial_features
says: one column too many
"""

import numpy as np


def polynomial_features(x, degree):
    return x[:, None] ** np.arange(degree + 1)

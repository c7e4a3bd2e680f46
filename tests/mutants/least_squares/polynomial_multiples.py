"""x * k for x ** k.

task: polynomial_features
says: multiples of x
"""

import numpy as np


def polynomial_features(x, degree):
    return x[:, None] * np.arange(1, degree + 1)

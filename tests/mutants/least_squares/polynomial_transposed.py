"""One row a power.

task: polynomial_features
says: transposed
"""

import numpy as np


def polynomial_features(x, degree):
    return np.array([x**power for power in range(1, degree + 1)])

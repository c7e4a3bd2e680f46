"""Powers 0 to degree - 1.

task: polynomial_features
says: start at x^0
"""

import numpy as np


def polynomial_features(x, degree):
    return np.vander(x, degree, increasing=True)

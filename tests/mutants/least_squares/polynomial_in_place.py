"""The powers are multiplied up in the caller's array.

task: polynomial_features
says: x was changed
"""

import numpy as np


def polynomial_features(x, degree):
    first, columns = x.copy(), []
    for _ in range(degree):
        columns.append(x.copy())
        x *= first
    return np.column_stack(columns)

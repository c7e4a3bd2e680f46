"""The column of ones is forgotten.

task: hat_matrix
says: column of ones is missing
"""

import numpy as np


def hat_matrix(X):
    return X @ np.linalg.pinv(X)

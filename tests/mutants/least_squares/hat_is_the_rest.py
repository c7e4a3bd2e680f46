"""The projection onto the residuals.

task: hat_matrix
says: what is left over
"""

import numpy as np


def hat_matrix(X):
    A = np.column_stack([np.ones(len(X)), X])
    return np.eye(len(X)) - A @ np.linalg.pinv(A)

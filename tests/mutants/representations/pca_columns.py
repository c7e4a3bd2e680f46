"""The directions in columns, as np.linalg.eigh has them.

task: pca_fit
says: is it transposed
"""

import numpy as np


def pca_fit(X, num_components):
    mean = X.mean(axis=0)
    directions = np.linalg.svd(X - mean, full_matrices=False)[2]
    return mean, directions[:num_components].T

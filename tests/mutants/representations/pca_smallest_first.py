"""np.linalg.eigh has the smallest eigenvalue first.

task: pca_fit
says: the smallest variance comes first
"""

import numpy as np


def pca_fit(X, num_components):
    mean = X.mean(axis=0)
    vectors = np.linalg.eigh((X - mean).T @ (X - mean))[1]
    return mean, vectors[:, :num_components].T

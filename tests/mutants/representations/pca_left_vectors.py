"""Columns of V taken for its rows.

task: pca_fit
says: the directions are in the columns, not in the rows
"""

import numpy as np


def pca_fit(X, num_components):
    mean = X.mean(axis=0)
    values, vectors = np.linalg.eigh((X - mean).T @ (X - mean))
    return mean, vectors[:, ::-1][:num_components]

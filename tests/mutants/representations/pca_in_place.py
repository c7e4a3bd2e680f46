"""X is centred where it stands.

task: pca_fit
says: the argument X was changed
"""

import numpy as np


def pca_fit(X, num_components):
    mean = X.mean(axis=0)
    X -= mean
    return mean, np.linalg.svd(X, full_matrices=False)[2][:num_components]

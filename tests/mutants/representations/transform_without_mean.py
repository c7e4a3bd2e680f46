"""The mean is forgotten.

task: pca_transform
says: the mean is not subtracted
"""


def pca_transform(X, mean, components):
    return X @ components.T

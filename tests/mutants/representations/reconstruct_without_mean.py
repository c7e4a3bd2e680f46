"""The walk begins at 0.

task: reconstruct
says: the mean is not added
"""


def reconstruct(Z, mean, components):
    return Z @ components

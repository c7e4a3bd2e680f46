"""The mean is subtracted on the way back, too.

task: reconstruct
says: the mean is subtracted
"""


def reconstruct(Z, mean, components):
    return Z @ components - mean

"""The variance in place of its square root.

task: standardise
says: take its square root
"""

import numpy as np


def standardise(x):
    variance = x.var(axis=0)
    return (x - x.mean(axis=0)) / np.where(variance > 0, variance, 1.0)

"""The logarithms are averaged.

task: ensemble_average
says: it is the geometric mean
"""

import numpy as np


def ensemble_average(probs):
    return np.exp(np.log(probs + 1e-300).mean(axis=0))

"""argmin for argmax.

task: accuracy
says: smallest score
"""

import numpy as np


def accuracy(scores, y):
    return np.mean(scores.argmin(axis=1) == y)

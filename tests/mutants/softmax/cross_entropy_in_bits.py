"""The logarithm has base 2.

task: cross_entropy
says: base 2
"""

import numpy as np


def cross_entropy(probs, y):
    return -np.log2(np.maximum(probs[np.arange(len(y)), y], 1e-12)).mean()

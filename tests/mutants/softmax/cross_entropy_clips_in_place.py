"""The clip writes into the caller's probabilities.

task: cross_entropy
says: probs was changed
"""

import numpy as np


def cross_entropy(probs, y):
    np.clip(probs, 1e-12, None, out=probs)
    return -np.log(probs[np.arange(len(y)), y]).mean()

"""A one-hot product is averaged over all N times C entries.

task: cross_entropy
says: not by N times C
"""

import numpy as np


def cross_entropy(probs, y):
    truth = np.eye(probs.shape[1])[y]
    return -np.mean(truth * np.log(np.maximum(probs, 1e-12)))

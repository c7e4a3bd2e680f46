"""The minus sign is forgotten.

task: cross_entropy
says: minus sign is missing
"""

import numpy as np


def cross_entropy(probs, y):
    return np.log(np.maximum(probs[np.arange(len(y)), y], 1e-12)).mean()

"""Everything below 1 % is cut off.

task: cross_entropy
says: costs too little
"""

import numpy as np


def cross_entropy(probs, y):
    return -np.log(np.maximum(probs[np.arange(len(y)), y], 1e-3)).mean()

"""The one-hot rows are as long as the largest label says.

task: cross_entropy
says: need not contain every class
"""

import numpy as np


def cross_entropy(probs, y):
    truth = np.eye(y.max() + 1)[y]
    return -np.sum(truth * np.log(np.maximum(probs, 1e-12))) / len(y)

"""0 * log(0) is NaN for the classes that are not true.

task: cross_entropy
says: wrong classes' zeros
"""

import numpy as np


def cross_entropy(probs, y):
    truth = np.eye(probs.shape[1])[y]
    return -(truth * np.log(probs)).sum() / len(y)

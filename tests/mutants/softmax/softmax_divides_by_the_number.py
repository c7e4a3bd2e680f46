"""The mean is divided out where the sum should be.

task: softmax
says: no entry is right
"""

import numpy as np


def softmax(scores):
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponentials / exponentials.mean(axis=1, keepdims=True)

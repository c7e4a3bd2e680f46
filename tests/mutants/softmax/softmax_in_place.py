"""The maximum is subtracted in the caller's array.

task: softmax
says: scores was changed
"""

import numpy as np


def softmax(scores):
    scores -= scores.max(axis=1, keepdims=True)
    exponentials = np.exp(scores)
    return exponentials / exponentials.sum(axis=1, keepdims=True)

"""The maximum of the whole array is subtracted, so rows far below it become 0 / 0.

task: softmax
says: NaN
"""

import numpy as np


def softmax(scores):
    exponentials = np.exp(scores - scores.max())
    return exponentials / exponentials.sum(axis=1, keepdims=True)

"""No maximum is subtracted: exp(1000) is infinite.

task: softmax
says: NaN
"""

import numpy as np


def softmax(scores):
    exponentials = np.exp(scores)
    return exponentials / exponentials.sum(axis=1, keepdims=True)

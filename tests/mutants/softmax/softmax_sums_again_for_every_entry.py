"""The sum of a row is worked out once for every entry of it.

task: softmax
says: far too long
"""

import numpy as np


def softmax(scores):
    probs = np.zeros(scores.shape)
    for i, row in enumerate(scores):
        for j in range(len(row)):
            probs[i, j] = np.exp(row[j] - row.max()) / np.exp(row - row.max()).sum()
    return probs

"""The logarithm of a probability that underflows.

task: temporal_softmax_loss
says: no log of 0
"""

import numpy as np


def temporal_softmax_loss(x, y, mask):
    p = softmax(x)
    right = np.arange(x.shape[2]) == y[:, :, None]
    counted = mask[:, :, None] / len(x)
    return -np.sum(np.log(p[right].reshape(y.shape)) * counted[:, :, 0]), (p - right) * counted

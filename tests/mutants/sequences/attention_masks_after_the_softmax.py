"""Weights are set to 0 and not shared out again.

task: attention
says: the weights do not sum to 1
"""

import numpy as np


def attention(q, k, v, mask=None):
    p = softmax(q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[2]))
    p = p if mask is None else p * mask
    return p @ v, (q, k, v, p)

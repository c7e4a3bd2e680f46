"""A masked score is 0.

task: attention
says: a masked score is -infinity, not 0
"""

import numpy as np


def attention(q, k, v, mask=None):
    scores = q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[2])
    p = softmax(scores if mask is None else scores * mask)
    return p @ v, (q, k, v, p)

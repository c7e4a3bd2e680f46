"""The scores are not scaled.

task: attention
says: not divided by sqrt(D)
"""

import numpy as np


def attention(q, k, v, mask=None):
    k = k * np.sqrt(q.shape[2])
    scores = q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[2])
    p = softmax(scores if mask is None else np.where(mask, scores, -np.inf))
    return p @ v, (q, k, v, p)

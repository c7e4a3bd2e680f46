"""Keys see queries.

task: attention
says: the mask is transposed
"""

import numpy as np


def attention(q, k, v, mask=None):
    scores = q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[2])
    if mask is not None:
        shown = mask.T if mask.shape[0] == mask.shape[1] else mask
        scores = np.where(shown, scores, -np.inf)
    p = softmax(scores)
    return p @ v, (q, k, v, p)

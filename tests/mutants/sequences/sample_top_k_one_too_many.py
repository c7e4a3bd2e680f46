"""The k-th is compared with the one after it.

task: sample
says: one token too many takes part
"""

import numpy as np


def sample(logits, temperature, top_k, rng):
    scores = logits / temperature
    if top_k is not None and top_k < scores.shape[1]:
        scores = np.where(scores < np.sort(scores, axis=1)[:, -top_k - 1, None], -np.inf, scores)
    return np.argmax(scores + rng.gumbel(size=scores.shape), axis=1)

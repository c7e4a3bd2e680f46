"""A generator of one's own.

task: sample
says: draw from it alone
"""

import numpy as np


def sample(logits, temperature, top_k, rng):
    scores = logits / temperature
    if top_k is not None:
        scores = np.where(scores < np.sort(scores, axis=1)[:, -top_k, None], -np.inf, scores)
    return np.argmax(scores + np.random.default_rng().gumbel(size=scores.shape), axis=1)

"""What takes part in the first row takes part in all.

task: sample
says: of each row
"""

import numpy as np


def sample(logits, temperature, top_k, rng):
    p = softmax(logits / temperature)
    if top_k is not None:
        chosen = np.argsort(logits[0])[-top_k:]
        only = np.zeros_like(p)
        only[:, chosen] = p[:, chosen]
        p = only / only.sum(axis=1, keepdims=True)
    return np.array([rng.choice(len(row), p=row) for row in p])

"""The natural logarithm.

task: ngram
says: take log2
"""

import numpy as np


def bits_per_character(tokens, counts, alpha=1.0):
    order, vocab_size = counts.ndim, counts.shape[0]
    runs = tuple(tokens[k : k + len(tokens) - order + 1] for k in range(order))
    total = counts.sum(axis=-1)[runs[:-1]]
    return -np.mean(np.log((counts[runs] + alpha) / (total + alpha * vocab_size)))

"""The total grows by alpha alone.

task: ngram
says: alpha * V
"""

import numpy as np


def bits_per_character(tokens, counts, alpha=1.0):
    order = counts.ndim
    runs = tuple(tokens[k : k + len(tokens) - order + 1] for k in range(order))
    total = counts.sum(axis=-1)[runs[:-1]]
    return -np.mean(np.log2((counts[runs] + alpha) / (total + alpha)))

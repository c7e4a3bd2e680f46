"""The last run is left out.

task: ngram
says: the last run is missing
"""

import numpy as np


def ngram_counts(tokens, order, vocab_size):
    counts = np.zeros((vocab_size,) * order)
    for k in range(len(tokens) - order):
        counts[tuple(tokens[k : k + order])] += 1
    return counts

"""+= with an array as index adds once for each pair, however often it occurs.

task: ngram
says: np.add.at
"""

import numpy as np


def ngram_counts(tokens, order, vocab_size):
    counts = np.zeros((vocab_size,) * order)
    places = max(0, len(tokens) - order + 1)
    counts[tuple(tokens[k : k + places] for k in range(order))] += 1
    return counts

"""The shape is that of the tokens that occur.

task: ngram
says: whatever the text holds
"""

import numpy as np


def ngram_counts(tokens, order, vocab_size):
    counts = np.zeros((max(tokens) + 1,) * order)
    for k in range(len(tokens) - order + 1):
        counts[tuple(tokens[k : k + order])] += 1
    return counts

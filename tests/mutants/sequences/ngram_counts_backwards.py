"""The last token of a run comes first.

task: ngram
says: the first axis is the first token
"""

import numpy as np


def ngram_counts(tokens, order, vocab_size):
    counts = np.zeros((vocab_size,) * order)
    for k in range(len(tokens) - order + 1):
        counts[tuple(tokens[k : k + order][::-1])] += 1
    return counts

"""One text is kept, whatever the width.

task: beam_search
says: that of a greedy search
"""

import numpy as np


def beam_search(log_probs, width, length, end=None):
    tokens, total = [], 0.0
    while len(tokens) < length and (not tokens or tokens[-1] != end):
        log_p = np.asarray(log_probs(tokens))
        tokens, total = [*tokens, int(np.argmax(log_p))], total + float(np.max(log_p))
    return tokens, total

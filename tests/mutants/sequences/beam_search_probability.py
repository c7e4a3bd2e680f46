"""The total is a probability.

task: beam_search
says: it is a probability
"""

import numpy as np


def beam_search(log_probs, width, length, end=None):
    beams = [([], 0.0)]
    for _ in range(length):
        candidates = []
        for tokens, total in beams:
            if tokens and tokens[-1] == end:
                candidates.append((tokens, total))
                continue
            for token, log_p in enumerate(log_probs(tokens)):
                candidates.append(([*tokens, token], total + float(log_p)))
        beams = sorted(candidates, key=lambda beam: beam[1], reverse=True)[:width]
    return beams[0][0], float(np.exp(beams[0][1]))

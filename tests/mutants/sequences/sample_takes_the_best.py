"""No chance at all.

task: sample
says: the likeliest token comes every time
"""

import numpy as np


def sample(logits, temperature, top_k, rng):
    return np.argmax(logits / temperature, axis=1)

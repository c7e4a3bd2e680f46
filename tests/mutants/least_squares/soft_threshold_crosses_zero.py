"""Small entries step across 0.

task: soft_threshold
says: step across 0
"""

import numpy as np


def soft_threshold(x, t):
    return x - t * np.sign(x)

"""Negative entries come out positive.

task: soft_threshold
says: sign of negative entries
"""

import numpy as np


def soft_threshold(x, t):
    return np.maximum(np.abs(x) - t, 0.0)

"""Negative entries vanish.

task: soft_threshold
says: like small ones
"""

import numpy as np


def soft_threshold(x, t):
    return np.maximum(x - t, 0.0)

"""Entries are cut at t.

task: soft_threshold
says: move by t
"""

import numpy as np


def soft_threshold(x, t):
    return np.clip(x, -t, t)

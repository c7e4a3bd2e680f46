"""Negative weights come out positive.

task: proximal_l1
says: sign of negative
"""

import numpy as np


def proximal_l1(w, learning_rate, lam):
    return np.maximum(np.abs(w) - learning_rate * lam, 0)

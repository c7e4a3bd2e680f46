"""The threshold is lam.

task: proximal_l1
says: not lam alone
"""

import numpy as np


def proximal_l1(w, learning_rate, lam):
    return np.sign(w) * np.maximum(np.abs(w) - lam, 0)

"""A subgradient step, which jumps across 0.

task: proximal_l1
says: step across 0
"""

import numpy as np


def proximal_l1(w, learning_rate, lam):
    return w - learning_rate * lam * np.sign(w)

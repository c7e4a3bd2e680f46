"""Energies are taken for scores: the sign is wrong.

task: softmax
says: minus sign
"""

import numpy as np


def softmax(scores):
    exponentials = np.exp(scores.min(axis=1, keepdims=True) - scores)
    return exponentials / exponentials.sum(axis=1, keepdims=True)

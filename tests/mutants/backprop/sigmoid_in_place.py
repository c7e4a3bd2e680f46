"""Negative numbers are replaced in the caller's array.

task: sigmoid
says: z was changed
"""

import numpy as np


def sigmoid(z):
    z *= -1
    return 1 / (1 + np.exp(z))

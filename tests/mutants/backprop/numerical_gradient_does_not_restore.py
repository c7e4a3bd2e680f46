"""Entries stay moved.

task: numerical_gradient
says: restore
"""

import numpy as np


def numerical_gradient(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        old = x[index]
        x[index] = old + h
        high = f(x)
        x[index] = old - h
        low = f(x)
        gradient[index] = (high - low) / (2 * h)
    return gradient

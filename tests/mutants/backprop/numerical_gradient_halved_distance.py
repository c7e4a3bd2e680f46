"""Divided by h for 2 h.

task: numerical_gradient
says: divide by 2 h
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
        x[index] = old
        gradient[index] = (high - low) / h
    return gradient

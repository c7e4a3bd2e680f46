"""The forward difference.

task: numerical_gradient
says: only the side of x + h
"""

import numpy as np


def numerical_gradient(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        old = x[index]
        x[index] = old + h
        high = f(x)
        x[index] = old
        low = f(x)
        gradient[index] = (high - low) / h
    return gradient

"""h is not used.

task: numerical_gradient
says: h is not heeded
"""

import numpy as np


def numerical_gradient(f, x, h=1e-5):
    h = 1e-5
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        old = x[index]
        x[index] = old + h
        high = f(x)
        x[index] = old - h
        low = f(x)
        x[index] = old
        gradient[index] = (high - low) / (2 * h)
    return gradient

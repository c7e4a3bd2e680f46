"""The caller's x is changed.

task: leaky_relu
says: x was changed
"""

import numpy as np


def leaky_relu_forward(x, slope=0.01):
    factor = np.where(x > 0, 1.0, slope)
    x *= factor
    return x, (factor,)

"""The slope is always 0.01.

task: leaky_relu
says: the slope has no effect
"""

import numpy as np


def leaky_relu_forward(x, slope=0.01):
    return np.where(x > 0, x, 0.01 * x), (np.where(x > 0, 1.0, slope),)

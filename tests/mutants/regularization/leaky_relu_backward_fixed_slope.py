"""The slope of the backward pass is always 0.01.

task: leaky_relu
says: the slope has no effect
"""

import numpy as np


def leaky_relu_forward(x, slope=0.01):
    return np.where(x > 0, x, slope * x), x


def leaky_relu_backward(dout, cache):
    return np.where(cache > 0, dout, 0.01 * dout)

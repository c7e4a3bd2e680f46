"""The side is chosen by the sign of the gradient.

task: leaky_relu
says: it is that of x
"""

import numpy as np


def leaky_relu_forward(x, slope=0.01):
    return np.where(x > 0, x, slope * x), slope


def leaky_relu_backward(dout, cache):
    return np.where(dout > 0, dout, cache * dout)

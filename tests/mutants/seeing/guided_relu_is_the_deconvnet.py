"""The rule of the deconvnet, which forgets x.

task: guided_relu
says: this is the deconvnet
"""

import numpy as np


def guided_relu_backward(dout, cache):
    return np.maximum(dout, 0)

"""What comes is overwritten.

task: guided_relu
says: the argument dout was changed
"""

import numpy as np


def guided_relu_backward(dout, cache):
    dout *= cache
    np.maximum(dout, 0, out=dout)
    return dout

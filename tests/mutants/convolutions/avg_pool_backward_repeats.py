"""np.repeat, which is right for windows that tile the image alone.

task: avg_pool
says: dx for (1, 1, 4, 4), windows 2 x 2, stride 1
"""

import numpy as np


def avg_pool_backward(dout, cache):
    shape, height, width, _ = cache
    dx = np.zeros(shape)
    spread = dout.repeat(height, axis=2).repeat(width, axis=3) / (height * width)
    dx[:, :, : spread.shape[2], : spread.shape[3]] = spread[:, :, : shape[2], : shape[3]]
    return dx

"""One image's switches serve for all.

task: max_unpool
says: all images use the first one's switches
"""

import numpy as np


def max_unpool(x, switches, shape):
    n, c = x.shape[:2]
    out = np.zeros((n, c, shape[0] * shape[1]))
    for image in range(n):
        np.put_along_axis(out[image], switches[0].reshape(c, -1), x[image].reshape(c, -1), 1)
    return out.reshape(n, c, *shape)

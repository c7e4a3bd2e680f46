"""One channel's switches serve for all.

task: max_unpool
says: all channels use the first one's switches
"""

import numpy as np


def max_unpool(x, switches, shape):
    n, c = x.shape[:2]
    out = np.zeros((n, c, shape[0] * shape[1]))
    for k in range(c):
        np.put_along_axis(out[:, k], switches[:, 0].reshape(n, -1), x[:, k].reshape(n, -1), 1)
    return out.reshape(n, c, *shape)

"""A switch is taken as column times height plus row.

task: max_unpool
says: W is the width
"""

import numpy as np


def max_unpool(x, switches, shape):
    n, c = x.shape[:2]
    out = np.zeros((n, c, shape[0] * shape[1]))
    np.put_along_axis(out, switches.reshape(n, c, -1), x.reshape(n, c, -1), axis=2)
    return out.reshape(n, c, shape[1], shape[0]).transpose(0, 1, 3, 2)

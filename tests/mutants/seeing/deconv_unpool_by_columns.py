"""A switch is taken as column times height plus row.

task: deconv_unpool
says: W is the width
"""

import numpy as np


def deconv_unpool(x, switches, shape):
    out = np.zeros((*x.shape[:2], shape[0] * shape[1]))
    n, c = np.indices(x.shape)[:2]
    np.add.at(out, (n, c, switches), x)
    return out.reshape(*x.shape[:2], shape[1], shape[0]).transpose(0, 1, 3, 2)

"""One channel's switches serve for all.

task: deconv_unpool
says: all channels use the first one's switches
"""

import numpy as np


def deconv_unpool(x, switches, shape):
    out = np.zeros((*x.shape[:2], shape[0] * shape[1]))
    n, c = np.indices(x.shape)[:2]
    np.add.at(out, (n, c, np.broadcast_to(switches[:, :1], x.shape)), x)
    return out.reshape(*x.shape[:2], *shape)

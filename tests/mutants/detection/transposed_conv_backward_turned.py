"""dx is found with a turned kernel.

task: transposed_conv_backward
says: the kernel is turned
"""

import numpy as np


def transposed_conv_backward(dout, cache):
    x, w, stride, pad = cache
    height, width = x.shape[2:]
    dcanvas = np.pad(dout, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dx, dw = np.zeros(x.shape), np.zeros(w.shape)
    for p, q in np.ndindex(w.shape[2:]):
        rows = slice(p, p + stride * (height - 1) + 1, stride)
        columns = slice(q, q + stride * (width - 1) + 1, stride)
        under = dcanvas[:, :, rows, columns]
        dx += np.tensordot(under, w[:, :, -1 - p, -1 - q], axes=(1, 1)).transpose(0, 3, 1, 2)
        dw[:, :, p, q] = np.tensordot(x, under, axes=([0, 2, 3], [0, 2, 3]))
    return dx, dw, dout.sum(axis=(0, 2, 3))

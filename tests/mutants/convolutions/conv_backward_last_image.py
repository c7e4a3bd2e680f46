"""Only the last image of the batch counts for dw.

task: conv_backward
says: only the last image
"""

import numpy as np


def conv_backward(dout, cache):
    padded, w, stride, pad = cache
    dpadded, dw = np.zeros(padded.shape), np.zeros(w.shape)
    for i, j in np.ndindex(dout.shape[2:]):
        rows = slice(i * stride, i * stride + w.shape[2])
        columns = slice(j * stride, j * stride + w.shape[3])
        part = dout[:, :, i, j]
        dpadded[:, :, rows, columns] += np.tensordot(part, w, axes=1)
        dw += np.tensordot(part[-1:], padded[-1:, :, rows, columns], axes=(0, 0))
    height, width = padded.shape[2:]
    dx = dpadded[:, :, pad : height - pad, pad : width - pad]
    return dx, dw, dout.sum(axis=(0, 2, 3))

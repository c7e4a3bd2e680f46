"""db is the mean of dout.

task: conv_backward
says: add up, do not average
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
        dw += np.tensordot(part, padded[:, :, rows, columns], axes=(0, 0))
    height, width = padded.shape[2:]
    dx = dpadded[:, :, pad : height - pad, pad : width - pad]
    return dx, dw, dout.mean(axis=(0, 2, 3))

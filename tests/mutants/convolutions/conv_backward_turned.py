"""The filters are turned on the way back.

task: conv_backward
says: the kernel is turned
"""

import numpy as np


def conv_backward(dout, cache):
    padded, w, stride, pad = cache
    dpadded, dw = np.zeros(padded.shape), np.zeros(w.shape)
    for i, j in np.ndindex(dout.shape[2:]):
        rows = slice(i * stride, i * stride + w.shape[2])
        columns = slice(j * stride, j * stride + w.shape[3])
        part = dout[:, :, i, j]
        dpadded[:, :, rows, columns] += np.tensordot(part, w[:, :, ::-1, ::-1], axes=1)
        dw += np.tensordot(part, padded[:, :, rows, columns], axes=(0, 0))
    height, width = padded.shape[2:]
    dx = dpadded[:, :, pad : height - pad, pad : width - pad]
    return dx, dw, dout.sum(axis=(0, 2, 3))

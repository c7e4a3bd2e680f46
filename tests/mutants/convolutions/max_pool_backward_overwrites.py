"""Each window writes its mask times dout over what is there, zeros and all.

task: max_pool
says: +=
"""

import numpy as np


def max_pool_forward(x, pool_param):
    height, width, stride = (pool_param[key] for key in ("pool_height", "pool_width", "stride"))
    out_height = (x.shape[2] - height) // stride + 1
    out_width = (x.shape[3] - width) // stride + 1
    out = np.zeros((*x.shape[:2], out_height, out_width))
    for i, j in np.ndindex(out_height, out_width):
        window = x[:, :, i * stride : i * stride + height, j * stride : j * stride + width]
        out[:, :, i, j] = window.max(axis=(2, 3))
    return out, (x.copy(), height, width, stride)


def max_pool_backward(dout, cache):
    x, height, width, stride = cache
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dout.shape):
        rows = slice(i * stride, i * stride + height)
        columns = slice(j * stride, j * stride + width)
        window = x[n, c, rows, columns]
        dx[n, c, rows, columns] = dout[n, c, i, j] * (window == window.max())
    return dx

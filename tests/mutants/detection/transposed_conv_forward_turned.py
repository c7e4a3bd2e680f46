"""The kernel is turned by half a turn, as in a convolution.

task: transposed_conv_forward
says: the kernel is turned
"""

import numpy as np


def transposed_conv_forward(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    n, _, height, width = x.shape
    _, f, kh, kw = w.shape
    canvas = np.zeros((n, f, (height - 1) * stride + kh, (width - 1) * stride + kw))
    for i, j in np.ndindex(height, width):
        rows = slice(i * stride, i * stride + kh)
        columns = slice(j * stride, j * stride + kw)
        canvas[:, :, rows, columns] += np.tensordot(x[:, :, i, j], w[:, :, ::-1, ::-1], axes=1)
    out = canvas[:, :, pad : canvas.shape[2] - pad, pad : canvas.shape[3] - pad]
    return out + b[:, None, None], (x, w, stride, pad)

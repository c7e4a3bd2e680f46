"""pad:-pad is empty where pad is 0.

task: transposed_conv_forward
says: shape
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
        canvas[:, :, rows, columns] += np.tensordot(x[:, :, i, j], w, axes=1)
    return canvas[:, :, pad:-pad, pad:-pad] + b[:, None, None], (x, w, stride, pad)

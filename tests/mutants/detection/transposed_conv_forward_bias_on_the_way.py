"""The bias is added in the loop over the channels.

task: transposed_conv_forward
says: the bias is added once for each input channel
"""

import numpy as np


def transposed_conv_forward(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    n, c, height, width = x.shape
    _, f, kh, kw = w.shape
    canvas = np.zeros((n, f, (height - 1) * stride + kh, (width - 1) * stride + kw))
    for k in range(c):
        for i, j in np.ndindex(height, width):
            rows = slice(i * stride, i * stride + kh)
            columns = slice(j * stride, j * stride + kw)
            canvas[:, :, rows, columns] += x[:, k, i, j][:, None, None, None] * w[k]
        canvas += b[:, None, None]
    out = canvas[:, :, pad : canvas.shape[2] - pad, pad : canvas.shape[3] - pad]
    return out, (x, w, stride, pad)

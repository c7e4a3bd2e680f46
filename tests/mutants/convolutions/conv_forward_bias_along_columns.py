"""The biases are broadcast along the last axis of (N, F, H', W').

task: conv_forward
says: the bias is added along the columns
"""

import numpy as np


def conv_forward(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    views = windows(padded, *w.shape[2:], stride)
    out = np.tensordot(views, w, axes=([1, 4, 5], [1, 2, 3]))
    return out.transpose(0, 3, 1, 2) + b, (padded, w, stride, pad)

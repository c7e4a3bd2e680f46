"""The filters are turned, as a convolution would.

task: conv_forward
says: the kernel is turned
"""

import numpy as np


def conv_forward(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    views = windows(padded, *w.shape[2:], stride)
    out = np.tensordot(views, w[:, :, ::-1, ::-1], axes=([1, 4, 5], [1, 2, 3])) + b
    return out.transpose(0, 3, 1, 2), (padded, w, stride, pad)

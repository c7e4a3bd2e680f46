"""The bias is added within the loop over channels.

task: conv_forward
says: once for each channel
"""

import numpy as np


def conv_forward(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    views = windows(padded, *w.shape[2:], stride)
    out = 0
    for c in range(x.shape[1]):
        out = out + np.tensordot(views[:, c], w[:, c], axes=([3, 4], [1, 2])) + b
    return out.transpose(0, 3, 1, 2), (padded, w, stride, pad)

"""A stride that leaves pixels over is refused.

task: conv_forward
says: stride does not divide
"""

import numpy as np


def conv_forward(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    views = windows(padded, *w.shape[2:], stride)
    assert (padded.shape[2] - w.shape[2]) % stride == 0, "the stride does not divide"
    assert (padded.shape[3] - w.shape[3]) % stride == 0, "the stride does not divide"
    out = np.tensordot(views, w, axes=([1, 4, 5], [1, 2, 3])) + b
    return out.transpose(0, 3, 1, 2), (padded, w, stride, pad)

"""The images are not padded.

task: conv_forward
says: shape (1, 1, 2, 2) where (1, 1, 6, 6)
"""

import numpy as np


def conv_forward(x, w, b, conv_param):
    stride = conv_param["stride"]
    views = windows(x, *w.shape[2:], stride)
    out = np.tensordot(views, w, axes=([1, 4, 5], [1, 2, 3])) + b
    return out.transpose(0, 3, 1, 2), (x, w, stride, 0)

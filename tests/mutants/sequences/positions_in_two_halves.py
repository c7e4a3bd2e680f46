"""All sines first, as in many programs.

task: positional_encoding
says: sines and cosines alternate
"""

import numpy as np


def positional_encoding(length, dim):
    angle = np.arange(length)[:, None] * 10000.0 ** (-np.arange(0, dim, 2) / dim)
    return np.concatenate([np.sin(angle), np.cos(angle)], axis=1)

"""Rounded normal numbers in place of uniform ones.

task: random_crop
says: far more likely
"""

import numpy as np


def random_crop(images, rng, pad):
    height, width = images.shape[2:]
    padded = np.pad(images, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.empty_like(images)
    for n in range(len(images)):
        top, left = np.clip(np.rint(pad + 0.7 * rng.standard_normal(2)), 0, 2 * pad).astype(int)
        out[n] = padded[n, :, top : top + height, left : left + width]
    return out

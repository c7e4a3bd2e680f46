"""The loop over places ends one too early.

task: correlate2d
says: shape (3, 3) where (4, 4)
"""

import numpy as np


def correlate2d(image, kernel):
    height, width = (i - k for i, k in zip(image.shape, kernel.shape))
    if min(height, width) < 0:
        raise ValueError("the kernel is larger than the image")
    out = np.zeros((height, width))
    for i, j in np.ndindex(height, width):
        out[i, j] = np.vdot(image[i : i + kernel.shape[0], j : j + kernel.shape[1]], kernel)
    return out

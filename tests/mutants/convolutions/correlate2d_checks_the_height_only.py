"""A kernel that is too wide gives an empty result.

task: correlate2d
says: returned a value
"""

import numpy as np


def correlate2d(image, kernel):
    if kernel.shape[0] > image.shape[0]:
        raise ValueError("the kernel is larger than the image")
    height, width = (i - k + 1 for i, k in zip(image.shape, kernel.shape))
    rows = []
    for i in range(height):
        rows.append(
            [
                np.vdot(image[i : i + kernel.shape[0], j : j + kernel.shape[1]], kernel)
                for j in range(width)
            ]
        )
    return np.array(rows)

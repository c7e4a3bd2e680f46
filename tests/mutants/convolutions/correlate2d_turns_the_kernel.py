"""Convolution in place of correlation.

task: correlate2d
says: turned by 180 degrees
"""

import numpy as np


def correlate2d(image, kernel):
    turned = kernel[::-1, ::-1]
    height, width = (i - k + 1 for i, k in zip(image.shape, kernel.shape))
    if min(height, width) < 1:
        raise ValueError("the kernel is larger than the image")
    return np.array(
        [
            [
                (image[i : i + kernel.shape[0], j : j + kernel.shape[1]] * turned).sum()
                for j in range(width)
            ]
            for i in range(height)
        ]
    )

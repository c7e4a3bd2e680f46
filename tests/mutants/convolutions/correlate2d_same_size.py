"""The image is padded, so that the output is as large as the input.

task: correlate2d
says: shape (6, 6) where (4, 4)
"""

import numpy as np


def correlate2d(image, kernel):
    if kernel.shape[0] > image.shape[0] or kernel.shape[1] > image.shape[1]:
        raise ValueError("the kernel is larger than the image")
    height, width = kernel.shape
    padded = np.pad(image, ((height // 2, height // 2), (width // 2, width // 2)))
    out = np.zeros(image.shape)
    for i, j in np.ndindex(image.shape):
        window = padded[i : i + height, j : j + width]
        out[i, j] = (window * kernel[: window.shape[0], : window.shape[1]]).sum()
    return out

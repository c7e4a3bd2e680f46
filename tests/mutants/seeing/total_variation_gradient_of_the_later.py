"""Only one pixel of each pair gets a share.

task: total_variation
says: the earlier pixel of a pair has a gradient
"""

import numpy as np


def total_variation(image):
    down, right = np.diff(image, axis=1), np.diff(image, axis=2)
    grad = np.zeros(image.shape)
    grad[:, 1:] += 2 * down
    grad[:, :, 1:] += 2 * right
    return float((down**2).sum() + (right**2).sum()), grad

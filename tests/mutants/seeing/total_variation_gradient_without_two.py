"""The 2 of the square's slope is missing.

task: total_variation
says: half of what it should be
"""

import numpy as np


def total_variation(image):
    down, right = np.diff(image, axis=1), np.diff(image, axis=2)
    grad = np.zeros(image.shape)
    grad[:, 1:] += down
    grad[:, :-1] -= down
    grad[:, :, 1:] += right
    grad[:, :, :-1] -= right
    return float((down**2).sum() + (right**2).sum()), grad

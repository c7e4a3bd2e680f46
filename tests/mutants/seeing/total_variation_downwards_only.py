"""Neighbours in a row are forgotten.

task: total_variation
says: only differences downwards count
"""

import numpy as np


def total_variation(image):
    down = np.diff(image, axis=1)
    grad = np.zeros(image.shape)
    grad[:, 1:] += 2 * down
    grad[:, :-1] -= 2 * down
    return float((down**2).sum()), grad

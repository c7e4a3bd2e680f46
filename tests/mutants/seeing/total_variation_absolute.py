"""Differences are not squared.

task: total_variation
says: square them
"""

import numpy as np


def total_variation(image):
    down, right = np.diff(image, axis=1), np.diff(image, axis=2)
    grad = np.zeros(image.shape)
    grad[:, 1:] += np.sign(down)
    grad[:, :-1] -= np.sign(down)
    grad[:, :, 1:] += np.sign(right)
    grad[:, :, :-1] -= np.sign(right)
    return float(np.abs(down).sum() + np.abs(right).sum()), grad

"""Rows go along x.

task: anchors
says: x and y are exchanged
"""

import numpy as np


def anchors(height, width, stride, sizes, ratios):
    size, ratio = (axis.ravel() for axis in np.meshgrid(sizes, ratios, indexing="ij"))
    shape = np.stack([size / np.sqrt(ratio), size * np.sqrt(ratio)], axis=1)
    around_zero = np.concatenate([-shape / 2, shape / 2], axis=1)
    i, j = np.indices((height, width))
    centre = (np.stack([i, j, i, j], axis=2) + 0.5) * stride
    return (centre[:, :, None] + around_zero).reshape(-1, 4)

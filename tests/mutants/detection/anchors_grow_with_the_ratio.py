"""The width is the size, and the area grows with the ratio.

task: anchors
says: w = size / sqrt(ratio), h = size * sqrt(ratio)
"""

import numpy as np


def anchors(height, width, stride, sizes, ratios):
    size, ratio = (axis.ravel() for axis in np.meshgrid(sizes, ratios, indexing="ij"))
    shape = np.stack([size + 0.5 * (ratio != 1), (size + 0.5 * (ratio != 1)) * ratio], axis=1)
    around_zero = np.concatenate([-shape / 2, shape / 2], axis=1)
    i, j = np.indices((height, width))
    centre = (np.stack([j, i, j, i], axis=2) + 0.5) * stride
    return (centre[:, :, None] + around_zero).reshape(-1, 4)

"""The whole side lies on each side of the centre.

task: anchors
says: size is the whole side
"""

import numpy as np


def anchors(height, width, stride, sizes, ratios):
    size, ratio = (axis.ravel() for axis in np.meshgrid(sizes, ratios, indexing="ij"))
    shape = np.stack([size / np.sqrt(ratio), size * np.sqrt(ratio)], axis=1)
    around_zero = np.concatenate([-shape, shape], axis=1)
    i, j = np.indices((height, width))
    centre = (np.stack([j, i, j, i], axis=2) + 0.5) * stride
    return (centre[:, :, None] + around_zero).reshape(-1, 4)

"""The padding has no effect.

task: top_patches
says: padding moves a field up and to the left
"""

import numpy as np


def top_patches(feature_map, k, kernel, stride, pad):
    places = np.argsort(-feature_map.ravel())[:k]
    i, j = np.unravel_index(places, feature_map.shape)
    x, y = j * stride, i * stride
    return np.stack([x, y, x + kernel, y + kernel], axis=1)

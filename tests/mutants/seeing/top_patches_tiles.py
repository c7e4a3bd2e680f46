"""Fields lie side by side, whatever the stride.

task: top_patches
says: not kernel pixels
"""

import numpy as np


def top_patches(feature_map, k, kernel, stride, pad):
    places = np.argsort(-feature_map.ravel())[:k]
    i, j = np.unravel_index(places, feature_map.shape)
    x, y = j * kernel - pad, i * kernel - pad
    return np.stack([x, y, x + kernel, y + kernel], axis=1)

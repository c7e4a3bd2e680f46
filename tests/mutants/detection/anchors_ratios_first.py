"""In a cell ratios come before sizes.

task: anchors
says: sizes come first
"""

import numpy as np


def anchors(height, width, stride, sizes, ratios):
    found = []
    for i in range(height):
        for j in range(width):
            for ratio in ratios:
                for size in sizes:
                    w, h = size / ratio**0.5, size * ratio**0.5
                    x, y = (j + 0.5) * stride, (i + 0.5) * stride
                    found.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    return np.array(found)

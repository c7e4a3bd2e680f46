"""Cells come column by column.

task: anchors
says: row by row
"""

import numpy as np


def anchors(height, width, stride, sizes, ratios):
    found = []
    for j in range(width):
        for i in range(height):
            for size in sizes:
                for ratio in ratios:
                    w, h = size / ratio**0.5, size * ratio**0.5
                    x, y = (j + 0.5) * stride, (i + 0.5) * stride
                    found.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    return np.array(found)

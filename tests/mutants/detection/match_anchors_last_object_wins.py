"""Of several objects above high the last one is taken.

task: match_anchors
says: argmax over the objects
"""

import numpy as np


def match_anchors(anchor_boxes, boxes, low, high):
    if len(boxes) == 0:
        return np.full(len(anchor_boxes), -1)
    overlap = iou(anchor_boxes, boxes)
    found = np.where(overlap.max(axis=1) < low, -1, -2)
    for k in range(len(boxes)):
        found[overlap[:, k] >= high] = k
    found[overlap.argmax(axis=0)] = np.arange(len(boxes))
    return found

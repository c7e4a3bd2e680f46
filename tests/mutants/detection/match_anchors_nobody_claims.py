"""An object that overlaps no anchor well is left alone.

task: match_anchors
says: the anchor that overlaps an object most has to find it
"""

import numpy as np


def match_anchors(anchor_boxes, boxes, low, high):
    if len(boxes) == 0:
        return np.full(len(anchor_boxes), -1)
    overlap = iou(anchor_boxes, boxes)
    best = overlap.max(axis=1)
    return np.where(best >= high, overlap.argmax(axis=1), np.where(best < low, -1, -2))

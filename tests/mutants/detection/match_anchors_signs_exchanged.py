"""The two marks are exchanged.

task: match_anchors
says: background is -1 and ignored is -2
"""

import numpy as np


def match_anchors(anchor_boxes, boxes, low, high):
    if len(boxes) == 0:
        return np.full(len(anchor_boxes), -2)
    overlap = iou(anchor_boxes, boxes)
    best = overlap.max(axis=1)
    found = np.where(best >= high, overlap.argmax(axis=1), np.where(best < low, -2, -1))
    found[overlap.argmax(axis=0)] = np.arange(len(boxes))
    return found

"""The usual limits, whatever comes in.

task: match_anchors
says: use the low and high that come in
"""

import numpy as np


def match_anchors(anchor_boxes, boxes, low, high):
    if len(boxes) == 0:
        return np.full(len(anchor_boxes), -1)
    overlap = iou(anchor_boxes, boxes)
    best = overlap.max(axis=1)
    found = np.where(best >= 0.7, overlap.argmax(axis=1), np.where(best < 0.3, -1, -2))
    found[overlap.argmax(axis=0)] = np.arange(len(boxes))
    return found

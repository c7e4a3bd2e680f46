"""What is below high is background.

task: match_anchors
says: between low and high an anchor is ignored, -2
"""

import numpy as np


def match_anchors(anchor_boxes, boxes, low, high):
    if len(boxes) == 0:
        return np.full(len(anchor_boxes), -1)
    overlap = iou(anchor_boxes, boxes)
    found = np.where(overlap.max(axis=1) >= high, overlap.argmax(axis=1), -1)
    found[overlap.argmax(axis=0)] = np.arange(len(boxes))
    return found

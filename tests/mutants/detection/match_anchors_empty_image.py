"""An image without objects is not thought of.

task: match_anchors
says: a maximum over no objects raises
"""

import numpy as np


def match_anchors(anchor_boxes, boxes, low, high):
    overlap = iou(anchor_boxes, boxes)
    best = overlap.max(axis=1)
    found = np.where(best >= high, overlap.argmax(axis=1), np.where(best < low, -1, -2))
    found[overlap.argmax(axis=0)] = np.arange(len(boxes))
    return found

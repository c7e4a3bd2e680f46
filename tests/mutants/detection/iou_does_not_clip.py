"""Negative lengths of the shared part are kept.

task: iou
says: they share nothing, so it is 0
"""

import numpy as np


def iou(boxes_a, boxes_b):
    top_left = np.maximum(boxes_a[:, None, :2], boxes_b[None, :, :2])
    bottom_right = np.minimum(boxes_a[:, None, 2:], boxes_b[None, :, 2:])
    shared = np.prod(bottom_right - top_left, axis=2)
    area_a = np.prod(boxes_a[:, 2:] - boxes_a[:, :2], axis=1)
    area_b = np.prod(boxes_b[:, 2:] - boxes_b[:, :2], axis=1)
    return shared / (area_a[:, None] + area_b - shared)

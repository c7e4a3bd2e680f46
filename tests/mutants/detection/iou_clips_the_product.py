"""The product of two negative lengths counts as an overlap.

task: iou
says: two negative lengths have a product > 0
"""

import numpy as np


def iou(boxes_a, boxes_b):
    top_left = np.maximum(boxes_a[:, None, :2], boxes_b[None, :, :2])
    bottom_right = np.minimum(boxes_a[:, None, 2:], boxes_b[None, :, 2:])
    shared = np.maximum(np.prod(bottom_right - top_left, axis=2), 0)
    area_a = np.prod(boxes_a[:, 2:] - boxes_a[:, :2], axis=1)
    area_b = np.prod(boxes_b[:, 2:] - boxes_b[:, :2], axis=1)
    return shared / (area_a[:, None] + area_b - shared)

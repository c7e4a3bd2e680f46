"""Rows go with the second list.

task: iou
says: is it transposed?
"""

import numpy as np


def iou(boxes_a, boxes_b):
    top_left = np.maximum(boxes_b[:, None, :2], boxes_a[None, :, :2])
    bottom_right = np.minimum(boxes_b[:, None, 2:], boxes_a[None, :, 2:])
    shared = np.prod(np.maximum(bottom_right - top_left, 0), axis=2)
    area_a = np.prod(boxes_a[:, 2:] - boxes_a[:, :2], axis=1)
    area_b = np.prod(boxes_b[:, 2:] - boxes_b[:, :2], axis=1)
    return shared / (area_b[:, None] + area_a - shared)

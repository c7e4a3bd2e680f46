"""Scores are sorted the wrong way round.

task: nms
says: begin with the highest score
"""

import numpy as np


def nms(boxes, scores, threshold):
    kept = []
    for i in np.argsort(scores):
        if not kept or np.all(iou(boxes[[i]], boxes[kept]) <= threshold):
            kept.append(i)
    return np.array(kept, dtype=int)

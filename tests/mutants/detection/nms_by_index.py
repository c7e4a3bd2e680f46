"""The right boxes come by their place in the list.

task: nms
says: by falling score
"""

import numpy as np


def nms(boxes, scores, threshold):
    kept = []
    for i in np.argsort(-scores):
        if not kept or np.all(iou(boxes[[i]], boxes[kept]) <= threshold):
            kept.append(i)
    return np.sort(np.array(kept, dtype=int))

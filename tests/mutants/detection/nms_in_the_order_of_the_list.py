"""The first box of the list counts as the best.

task: nms
says: not by the order in which the boxes come
"""

import numpy as np


def nms(boxes, scores, threshold):
    kept = []
    for i in range(len(boxes)):
        if not kept or np.all(iou(boxes[[i]], boxes[kept]) <= threshold):
            kept.append(i)
    return np.array(sorted(kept, key=lambda i: -scores[i]), dtype=int)

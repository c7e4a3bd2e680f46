"""The union is the sum of both.

task: mean_iou
says: the diagonal is in both sums
"""

import numpy as np


def mean_iou(confusion):
    both = np.diag(confusion)
    either = confusion.sum(axis=0) + confusion.sum(axis=1)
    there = either > 0
    return float(np.mean(both[there] / either[there]))

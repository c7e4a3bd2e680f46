"""A class that is nowhere gives 0 / 0.

task: mean_iou
says: is NaN
"""

import numpy as np


def mean_iou(confusion):
    both = np.diag(confusion)
    return float(np.mean(both / (confusion.sum(axis=0) + confusion.sum(axis=1) - both)))

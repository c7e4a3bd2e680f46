"""All pixels count alike.

task: mean_iou
says: it is the accuracy
"""

import numpy as np


def mean_iou(confusion):
    return float(np.trace(confusion) / confusion.sum())

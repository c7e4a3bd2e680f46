"""What was wrongly predicted does not count.

task: mean_iou
says: it is the mean recall
"""

import numpy as np


def mean_iou(confusion):
    rows = confusion.sum(axis=1)
    there = rows > 0
    return float(np.mean(np.diag(confusion)[there] / rows[there]))

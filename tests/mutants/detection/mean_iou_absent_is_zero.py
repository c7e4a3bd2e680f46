"""A class that is nowhere counts as 0.

task: mean_iou
says: a class that occurs nowhere is left out of the mean
"""

import numpy as np


def mean_iou(confusion):
    both = np.diag(confusion)
    either = confusion.sum(axis=0) + confusion.sum(axis=1) - both
    return float(np.mean(both / np.maximum(either, 1)))

"""The true class is not pushed up.

task: svm_loss
says: entry of the true class is missing
"""

import numpy as np


def svm_loss(x, y):
    rows = np.arange(len(y))
    margins = np.maximum(0, x - x[rows, y][:, None] + 1)
    margins[rows, y] = 0
    return margins.sum() / len(y), (margins > 0) / len(y)

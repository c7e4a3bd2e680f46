"""(dx, loss) is returned for (loss, dx).

task: svm_loss
says: the gradient came first
"""

import numpy as np


def svm_loss(x, y):
    rows = np.arange(len(y))
    margins = np.maximum(0, x - x[rows, y][:, None] + 1)
    margins[rows, y] = 0
    dx = (margins > 0).astype(float)
    dx[rows, y] = -dx.sum(axis=1)
    return dx / len(y), margins.sum() / len(y)

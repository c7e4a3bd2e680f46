"""The one-hot row is subtracted in the caller's array.

task: mse_loss
says: x was changed
"""

import numpy as np


def mse_loss(x, y):
    dx = x
    dx[np.arange(len(y)), y] -= 1
    return (dx**2).sum() / len(y), 2 * dx / len(y)

"""Only the score of the true class is compared.

task: mse_loss
says: only the entry of the true class
"""

import numpy as np


def mse_loss(x, y):
    rows = np.arange(len(y))
    dx = np.zeros(x.shape)
    dx[rows, y] = 2 * (x[rows, y] - 1) / len(y)
    return ((x[rows, y] - 1) ** 2).mean(), dx

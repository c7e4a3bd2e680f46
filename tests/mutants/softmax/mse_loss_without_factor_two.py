"""The derivative of the square lacks its 2.

task: mse_loss
says: factor 2
"""

import numpy as np


def mse_loss(x, y):
    difference = x - np.eye(x.shape[1])[y]
    return (difference**2).sum() / len(y), difference / len(y)

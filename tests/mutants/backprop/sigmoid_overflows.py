"""The form for negative numbers is used for all: infinity over infinity.

task: sigmoid
says: NaN
"""

import numpy as np


def sigmoid(z):
    return np.exp(z) / (1 + np.exp(z))

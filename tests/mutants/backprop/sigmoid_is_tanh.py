"""The other sigmoid curve.

task: sigmoid
says: this is tanh
"""

import numpy as np


def sigmoid(z):
    return np.tanh(z)

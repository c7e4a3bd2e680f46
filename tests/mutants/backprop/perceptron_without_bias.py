"""The bias is left out.

task: perceptron
says: that decides whether it fires
"""

import numpy as np


def perceptron(x, w, b):
    return int(np.dot(w, x) > 0)

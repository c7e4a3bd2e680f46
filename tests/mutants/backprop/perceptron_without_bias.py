"""The bias is left out.

task: perceptron
says: decisions are wrong
"""

import numpy as np


def perceptron(x, w, b):
    return int(np.dot(w, x) > 0)

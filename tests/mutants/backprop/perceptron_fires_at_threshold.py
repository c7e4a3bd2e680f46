""">= for >.

task: perceptron
says: greater than 0
"""

import numpy as np


def perceptron(x, w, b):
    return int(np.dot(w, x) + b >= 0)

"""The weighted sum itself comes back where it fires.

task: perceptron
says: must return 0 or 1
"""

import numpy as np


def perceptron(x, w, b):
    return max(0.0, np.dot(w, x) + b)

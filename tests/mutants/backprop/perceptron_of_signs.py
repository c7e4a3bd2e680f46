"""1 and -1 for 1 and 0.

task: perceptron
says: must return 0 or 1
"""

import numpy as np


def perceptron(x, w, b):
    return int(np.sign(np.dot(w, x) + b))

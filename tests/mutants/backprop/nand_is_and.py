"""The signs of the weights and the bias are wrong.

task: gates
says: this is AND
"""

import numpy as np


def nand(a, b):
    return perceptron(np.array([a, b]), np.array([2.0, 2.0]), -3.0)

"""The exponentials are never divided by their sum.

task: softmax
says: not divided by their sum
"""

import numpy as np


def softmax(scores):
    return np.exp(scores)

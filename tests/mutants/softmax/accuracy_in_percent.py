"""100 for all right.

task: accuracy
says: percentage
"""

import numpy as np


def accuracy(scores, y):
    return 100 * np.mean(scores.argmax(axis=1) == y)

"""Votes are counted.

task: ensemble_average
says: votes are counted
"""

import numpy as np


def ensemble_average(probs):
    return np.eye(probs.shape[2])[probs.argmax(axis=2)].mean(axis=0)

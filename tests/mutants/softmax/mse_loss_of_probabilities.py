"""Softmax is applied to the scores first.

task: mse_loss
says: softmax was applied
"""

import numpy as np


def mse_loss(x, y):
    probs = np.exp(x - x.max(axis=1, keepdims=True))
    probs /= probs.sum(axis=1, keepdims=True)
    difference = probs - np.eye(x.shape[1])[y]
    return (difference**2).sum() / len(y), 2 * difference / len(y)

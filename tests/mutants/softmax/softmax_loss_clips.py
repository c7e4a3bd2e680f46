"""The loss is taken from clipped probabilities and stops at 27.6.

task: softmax_loss
says: cut off
"""

import numpy as np


def softmax_loss(x, y):
    rows = np.arange(len(y))
    probs = np.exp(x - x.max(axis=1, keepdims=True))
    probs /= probs.sum(axis=1, keepdims=True)
    loss = -np.log(np.maximum(probs[rows, y], 1e-12)).mean()
    probs[rows, y] -= 1
    return loss, probs / len(y)

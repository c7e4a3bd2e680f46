"""1/N is applied before the 1 is subtracted.

task: softmax_loss
says: whole of it
"""

import numpy as np


def softmax_loss(x, y):
    rows = np.arange(len(y))
    log_probs = x - x.max(axis=1, keepdims=True)
    log_probs = log_probs - np.log(np.exp(log_probs).sum(axis=1, keepdims=True))
    dx = np.exp(log_probs) / len(y)
    dx[rows, y] -= 1
    return -log_probs[rows, y].mean(), dx

"""The gradient is the probabilities alone.

task: softmax_loss
says: was not subtracted
"""

import numpy as np


def softmax_loss(x, y):
    rows = np.arange(len(y))
    log_probs = x - x.max(axis=1, keepdims=True)
    log_probs = log_probs - np.log(np.exp(log_probs).sum(axis=1, keepdims=True))
    return -log_probs[rows, y].mean(), np.exp(log_probs) / len(y)

"""Probabilities are clipped, so that the loss stops at 27.6.

task: linear_softmax_loss
says: the loss with scores of 1000
"""

import numpy as np


def linear_softmax_loss(W, X, y, reg):
    rows = np.arange(len(y))
    dscores = softmax(X @ W)
    loss = -np.log(np.maximum(dscores[rows, y], 1e-12)).mean()
    dscores[rows, y] -= 1
    return loss + reg * np.sum(W * W), X.T @ dscores / len(y) + 2 * reg * W

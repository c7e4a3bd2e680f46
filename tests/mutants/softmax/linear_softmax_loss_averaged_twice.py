"""The gradient is divided by N a second time.

task: linear_softmax_loss
says: do not divide again
"""

import numpy as np


def linear_softmax_loss(W, X, y, reg):
    loss, dscores = softmax_loss(X @ W, y)
    return loss + reg * np.sum(W * W), X.T @ dscores / len(y) + 2 * reg * W

"""The penalty is in the loss and not in the gradient.

task: linear_softmax_loss
says: no effect on the gradient
"""

import numpy as np


def linear_softmax_loss(W, X, y, reg):
    loss, dscores = softmax_loss(X @ W, y)
    return loss + reg * np.sum(W * W), X.T @ dscores

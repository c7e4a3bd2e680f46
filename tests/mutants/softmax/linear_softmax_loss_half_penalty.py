"""The penalty has the factor 1/2 of other courses.

task: linear_softmax_loss
says: factor 1/2
"""

import numpy as np


def linear_softmax_loss(W, X, y, reg):
    loss, dscores = softmax_loss(X @ W, y)
    return loss + 0.5 * reg * np.sum(W * W), X.T @ dscores + reg * W

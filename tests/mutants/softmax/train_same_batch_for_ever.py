"""The generator is made anew in every step and draws the same batch each time.

task: train_linear_softmax
says: fresh batch
"""

import numpy as np


def train_linear_softmax(
    X, y, num_classes, learning_rate=0.1, reg=0.0, num_steps=200, batch_size=64, seed=0
):
    W = np.zeros((X.shape[1], num_classes))
    for _ in range(num_steps):
        rng = np.random.default_rng(seed)
        batch = rng.choice(len(X), min(batch_size, len(X)), replace=False)
        W -= learning_rate * linear_softmax_loss(W, X[batch], y[batch], reg)[1]
    return W

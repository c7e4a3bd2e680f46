"""Prints without end, in every way there is."""

import os
import sys


def softmax(*args, **kwargs):
    for _ in range(2_000):
        print("x" * 1000)
        sys.stderr.write("y" * 1000)
        os.write(1, b"z" * 1000)
        os.write(2, b"z" * 1000)
    return 0.0


cross_entropy = softmax_loss = svm_loss = mse_loss = softmax
linear_softmax_loss = accuracy = train_linear_softmax = softmax

"""Leaves processes behind that outlive their parents."""

import os
import time

for _ in range(5):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            while True:
                time.sleep(1000)
        os._exit(0)


def softmax(*args, **kwargs):
    return 0.0


cross_entropy = softmax_loss = svm_loss = mse_loss = softmax
linear_softmax_loss = accuracy = train_linear_softmax = softmax

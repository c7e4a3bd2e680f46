"""Ignores every signal and every exception, and sleeps.

says: stopped after the
"""

import signal
import time

for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass


def softmax(*args, **kwargs):
    while True:
        try:
            time.sleep(1000)
        except BaseException:
            pass


cross_entropy = softmax_loss = svm_loss = mse_loss = softmax
linear_softmax_loss = accuracy = train_linear_softmax = softmax

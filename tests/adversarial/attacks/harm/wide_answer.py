"""Answers with millions of items, keys and handles."""


def softmax(*args, calls=[], **kwargs):
    calls.append(1)
    return [
        [None] * 1_200_000,
        dict.fromkeys(range(100_000)),
        [object() for _ in range(30_000)],
    ][len(calls) % 3]


cross_entropy = softmax_loss = svm_loss = mse_loss = softmax
linear_softmax_loss = accuracy = train_linear_softmax = softmax
